import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

const maxBytes = 20 * 1024 * 1024;

/** The log of an embedded server. */
export interface LogFile {
  readonly path: string;
  /** Where this run's lines start. */
  readonly startByte: number;
}

/** Makes `logs/NAME.log` in the data folder, and sets one that has grown beyond 20 MiB aside as `NAME.log.1`. */
export async function openLogFile(dataDir: string, name: string): Promise<LogFile> {
  const folder = join(dataDir, 'logs');
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name}.log`);
  const startByte = await touch(path);
  if (startByte < maxBytes) return { path, startByte };
  await rename(path, `${path}.1`);
  return { path, startByte: await touch(path) };
}

async function touch(path: string): Promise<number> {
  const file = await open(path, 'a');
  try {
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

/** The line of this run that tells best why the server ended: the last error, or else the last line. */
export async function lastProblem(log: LogFile): Promise<string> {
  const text = (await readFile(log.path)).subarray(log.startByte).toString('utf8');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.findLast((line) => /fatal|panic|error/i.test(line)) ?? lines.at(-1) ?? 'it wrote nothing to its log';
}
