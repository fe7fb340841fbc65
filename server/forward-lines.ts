import { StringDecoder } from 'node:string_decoder';
import type { Readable, Writable } from 'node:stream';

/**
 * Passes on what a child writes, in whole lines. Several processes that write to one pipe themselves would cut each
 * other's longer lines: a pipe keeps only 4 KiB together (pipe(7), PIPE_BUF).
 */
export function forwardLines(source: Readable, target: Writable): void {
  const decoder = new StringDecoder('utf8');
  let unfinished = '';
  source.on('data', (chunk: Buffer) => {
    const text = unfinished + decoder.write(chunk);
    const end = text.lastIndexOf('\n') + 1;
    if (end > 0) target.write(text.slice(0, end));
    unfinished = text.slice(end);
  });
  source.on('end', () => {
    if (unfinished !== '') target.write(`${unfinished}\n`);
  });
}
