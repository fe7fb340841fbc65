import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { createLogger, type ProcessLogger } from '../../log/create-logger.ts';
import { temporaryFolder } from '../local/temporary-folder.ts';

/** The lines that are written, as text. */
async function linesOf(write: (log: ProcessLogger) => void): Promise<string[]> {
  const path = join(await temporaryFolder(), 'log');
  write(createLogger({ level: 'debug', path }));
  return (await readFile(path, 'utf8')).split('\n').filter(Boolean);
}

const long = 'x'.repeat(100_000);

test('no line is longer than 16 KiB, whatever it is made of', async () => {
  const nested = (depth: number): unknown => (depth === 0 ? long : { [`${long}${depth}`]: nested(depth - 1), long });
  const error = Object.assign(new Error(long, { cause: new Error(long) }), {
    query: long,
    list: Array(1_000).fill(long),
  });
  error.stack = `Error: ${long}\n    at ${long}`;
  const lines = await linesOf((log) => {
    log.error({ err: error, url: `/${long}`, path: long }, long);
    log.error(error);
    log.warn(long);
    log.info(Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`key${index}`, long])), 'many');
    log.info({ nested: nested(20) }, 'deep');
    log.info({ list: Array(100_000).fill(long) }, 'list');
    log.child({ requestId: 'one' }).info({ bytes: Buffer.alloc(100_000) }, 'bytes');
  });
  assert.equal(lines.length, 7);
  for (const line of lines) {
    assert.ok(line.length <= 16 * 1024, `${line.length} characters: ${line.slice(0, 200)}`);
    assert.equal(typeof (JSON.parse(line) as { level: unknown }).level, 'number');
  }
});

test('URLs are cut after 200 characters, other texts after 500, and what is short stays as it is', async () => {
  const [line = ''] = await linesOf((log) => {
    log.info(
      { url: `/${long}`, path: `/${long}`, other: long, list: [long], short: 'kept', count: 3, none: null },
      'said',
    );
  });
  const { url, path, other, list, short, count, none, msg } = JSON.parse(line) as Record<string, unknown>;
  assert.deepEqual([String(url).length, String(path).length, String(other).length], [201, 201, 501]);
  assert.equal((list as string[])[0]?.length, 501);
  assert.deepEqual({ short, count, none, msg }, { short: 'kept', count: 3, none: null, msg: 'said' });
});

test('an error says what it is, where it was, and what caused it', async () => {
  const [line = ''] = await linesOf((log) => {
    log.error({ err: Object.assign(new TypeError('outer', { cause: new Error('inner') }), { code: 'E1' }) }, 'failed');
  });
  const { err } = JSON.parse(line) as { err: Record<string, string> };
  assert.deepEqual([err['type'], err['message'], err['code']], ['TypeError', 'outer: inner', 'E1']);
  assert.match(err['stack'] ?? '', /logger\.test\.ts[^]*caused by: Error: inner/);
});

test('an error is written out wherever it stands, and whichever realm it is of', async () => {
  const errors: Readonly<Record<string, Error>> = {
    plain: new TypeError('said why'),
    'of the sandbox of a workflow': runInNewContext(`new TypeError('said why')`) as Error,
    'of a worker thread': structuredClone(new TypeError('said why')),
    'of a signal': new DOMException('said why', 'TimeoutError'),
    'of a subclass': new (class extends Error {})('said why'),
  };
  for (const [kind, error] of Object.entries(errors)) {
    const lines = await linesOf((log) => {
      log.error(error);
      log.error({ err: error }, '');
      log.warn({ error }, '');
      log.warn({ reason: error, attempt: 1 }, '');
      log.warn({ meta: { deep: [{ cause: error }] } }, '');
      log.warn({ err: new Error('outer', { cause: error }) }, '');
      log.warn({ err: new AggregateError([error], 'outer') }, '');
      log.child({ error }).warn('');
    });
    assert.equal(lines.length, 8);
    for (const line of lines) {
      assert.doesNotMatch(line, /\{\}/, kind);
      // Besides the message of the line, the error has its own, and its stack.
      assert.match(line, /"message":"[^"]*said why/, kind);
      assert.match(line, /"stack":"[^"]*said why/, kind);
    }
  }
});

test('secrets are left out', async () => {
  const [line = ''] = await linesOf((log) => {
    log.info(
      { req: { headers: { authorization: 'Basic abc', cookie: 'c=abc' } }, form: { password: 'abc', token: 'abc' } },
      '',
    );
  });
  assert.doesNotMatch(line, /abc/);
});
