import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, open, readdir, readFile, realpath, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartError } from './start-error.ts';

/** The folder that holds all of one machine's data; nobody else uses it until `release`. */
export interface DataFolder {
  /** Absolute. */
  readonly path: string;
  release(): void;
}

/**
 * Makes the data folder where it is missing, and takes it for this process alone. The operating system frees it when
 * the process ends, however it ends.
 *
 * @throws StartError where it cannot be written, or closed to others, or another process runs on it
 */
export async function openDataFolder(path: string): Promise<DataFolder> {
  const absolute = resolve(path);
  try {
    await makeFolder(absolute);
    const probe = join(absolute, `.write-${process.pid}`);
    await (await open(probe, 'w')).close();
    await rm(probe);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new StartError(
      `the data folder ${absolute} cannot be written (${code}): set JOBRUNNER_DATA_DIR to a folder that can`,
    );
  }
  const release = takeLock(join(absolute, 'lock'), absolute);
  try {
    await closeToOthers(absolute);
  } catch (error) {
    release();
    throw new StartError(`the data folder ${absolute} cannot be closed to others: ${(error as Error).message}`);
  }
  return { path: absolute, release };
}

/** What is in a data folder, or was there during a start that was interrupted. */
const parts = [
  'blobs',
  'cache',
  'lock',
  'lock-journal',
  'logs',
  'nginx',
  'postgres',
  'postgres.new',
  'postgres.password',
  'secrets',
  'temporal',
] as const;

/**
 * The absolute paths of what this program keeps in the data folder, as far as it is there, and of the folder itself where
 * it holds nothing else: of a folder such as /srv or /tmp neither owner nor mode are changed.
 *
 * @throws the error of the file system where there is no such folder
 */
export async function ownPaths(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  const own = names.filter((name) => (parts as readonly string[]).includes(name));
  // Where a disk of its own is mounted.
  const isOurs = names.every((name) => own.includes(name) || name === 'lost+found');
  const paths = [...own.map((name) => join(folder, name)), ...(isOurs ? [folder] : [])];
  // Blobs may be on another disk, behind a symbolic link.
  return Promise.all(paths.map((path) => realpath(path)));
}

/** Of a folder that an earlier version made, or a restore. Files below those that are closed here are closed with them. */
async function closeToOthers(folder: string): Promise<void> {
  for (const path of await ownPaths(folder)) {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0) await chmod(path, mode & 0o700);
  }
  for (const part of ['logs', 'temporal', 'secrets']) {
    const names = await readdir(join(folder, part)).catch(() => undefined);
    for (const name of names ?? []) await chmod(join(folder, part, name), 0o600);
  }
}

/**
 * Makes a folder, and those that it is in, where they are missing. Node's own recursive mkdir never ends where a folder that
 * exists answers ENOENT, as those in /proc do.
 *
 * @throws the error of the file system
 */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path);
  }
}

function takeLock(file: string, folder: string): () => void {
  // SQLite's lock is an fcntl lock: exclusive, freed by the kernel at any death, and never stale, so there is nothing
  // to clean up and no race about who does. Node has no call for such a lock of its own.
  let database: DatabaseSync | undefined;
  try {
    const opened = new DatabaseSync(file, { timeout: 0 });
    database = opened;
    opened.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE');
    return () => opened.close();
  } catch (error) {
    database?.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === 5) {
      throw new StartError(
        `another process runs on the data folder ${folder}: end it, or set JOBRUNNER_DATA_DIR to another folder`,
      );
    }
    throw new StartError(`the data folder ${folder} cannot be locked (${(error as Error).message})`);
  }
}

/**
 * A secret of this installation: made at its first use and kept in `secrets/`, which only this user can read.
 *
 * @param bytes its length
 * @returns it as hex digits
 * @throws StartError where the file holds something else
 */
export async function loadOrCreateSecret(dataDir: string, name: string, bytes: number): Promise<string> {
  const folder = join(dataDir, 'secrets');
  const path = join(folder, name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const kept = await readSecret(path, bytes);
  if (kept !== undefined) return kept;

  const temporary = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
  const secret = randomBytes(bytes).toString('hex');
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(`${secret}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(temporary, path);
    return secret;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // Somebody else was first; theirs is the one that counts.
    return (await readSecret(path, bytes)) ?? secret;
  } finally {
    await rm(temporary);
  }
}

async function readSecret(path: string, bytes: number): Promise<string | undefined> {
  let text: string;
  try {
    text = (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new StartError(`the secret ${path} cannot be read: ${(error as Error).message}`);
  }
  if (!new RegExp(`^[0-9a-f]{${bytes * 2}}$`).test(text)) {
    throw new StartError(`the secret ${path} is not ${bytes * 2} hex digits: restore it from a backup`);
  }
  return text;
}
