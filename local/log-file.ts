import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** How large a log may become, and how many former ones are kept beside it. */
export interface LogLimits {
  readonly maxBytes: number;
  readonly keptFiles: number;
}

const defaultLogLimits: LogLimits = { maxBytes: 20 * 1024 * 1024, keptFiles: 4 };

/** The log of an embedded server. */
export interface LogFile {
  readonly path: string;
  /** Where this run's lines start, unless the log has been set aside since. */
  readonly startByte: number;
}

/** Makes `logs/NAME.log` in the data folder, for programs that append to it. */
export async function openLogFile(dataDir: string, name: string): Promise<LogFile> {
  const folder = join(dataDir, 'logs');
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name}.log`);
  const file = await open(path, 'a');
  try {
    return { path, startByte: (await file.stat()).size };
  } finally {
    await file.close();
  }
}

/** What this run has written. */
export async function readLog({ path, startByte }: LogFile): Promise<Buffer> {
  const bytes = await readFile(path);
  // A log that was set aside begins anew.
  return bytes.length < startByte ? bytes : bytes.subarray(startByte);
}

/** The line of this run that tells best why the server ended: the last error, or else the last line. */
export async function lastProblem(log: LogFile): Promise<string> {
  const text = (await readLog(log)).toString('utf8');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.findLast((line) => /fatal|panic|error/i.test(line)) ?? lines.at(-1) ?? 'it wrote nothing to its log';
}

export interface LogRotation {
  /** Resolves once no log is being set aside any more. */
  stop(): Promise<void>;
}

export interface LogRotationOptions {
  readonly limits?: LogLimits;
  readonly intervalMs?: number;
  readonly onError: (error: Error) => void;
}

/**
 * Keeps all logs of the data folder within bounds while programs write to them: looks at their sizes once a second.
 *
 * One that has grown too large is copied and then emptied, in place, because PostgreSQL, Temporal and NGINX go on
 * writing to the file that they were given, and several processes of ours share one. All of them append, so what they
 * write next is at its new beginning, whoever of them was killed or started meanwhile.
 */
export function rotateLogs(dataDir: string, options: LogRotationOptions): LogRotation {
  const { limits = defaultLogLimits, intervalMs = 1_000, onError } = options;
  const folder = join(dataDir, 'logs');
  let underWay: Promise<void> | undefined;

  async function look(): Promise<void> {
    for (const name of (await readdir(folder)).filter((entry) => entry.endsWith('.log'))) {
      const path = join(folder, name);
      if ((await stat(path)).size > limits.maxBytes) await setAside(path, limits.keptFiles);
    }
  }
  const timer = setInterval(() => {
    underWay ??= look()
      .catch(onError)
      .finally(() => (underWay = undefined));
  }, intervalMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await underWay;
    },
  };
}

/** Moves what is in a log to `PATH.1`, what was there to `PATH.2`, and so on; the oldest goes. */
async function setAside(path: string, keptFiles: number): Promise<void> {
  const copy = `${path}.new`;
  await copyFile(path, copy);
  // In one go: what is written between the last read and the end of it is lost, which is a matter of microseconds.
  moveRest(path, copy);
  for (let number = keptFiles; number > 1; number--) await renameIfThere(`${path}.${number - 1}`, `${path}.${number}`);
  await rename(copy, `${path}.1`);
}

function moveRest(path: string, copy: string): void {
  const from = openSync(path, 'r+');
  const to = openSync(copy, 'a');
  try {
    const buffer = Buffer.allocUnsafe(1024 * 1024);
    for (let position = fstatSync(to).size; ;) {
      const readBytes = readSync(from, buffer, 0, buffer.length, position);
      if (readBytes === 0) break;
      writeSync(to, buffer, 0, readBytes);
      position += readBytes;
    }
    ftruncateSync(from, 0);
  } finally {
    closeSync(from);
    closeSync(to);
  }
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
