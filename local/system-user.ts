import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './process.ts';
import { StartError } from './start-error.ts';

/** A user of this machine as which servers run. */
export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * The system user with this name, made where it is missing; for root alone.
 *
 * @throws StartError where it cannot be made
 */
export async function ensureSystemUser(name: string): Promise<SystemUser> {
  const found = await lookUp(name);
  if (found) return found;
  const { stderr } = await run('useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--shell',
    '/bin/false',
    name,
  ]);
  const made = await lookUp(name);
  if (made) return made;
  const reason = stderr.trim().split('\n').at(-1) ?? '';
  throw new StartError(`the system user "${name}" cannot be made (${reason})`);
}

async function lookUp(name: string): Promise<SystemUser | undefined> {
  const [user, group] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
  if (user.code !== 0 || group.code !== 0) return undefined;
  return { name, uid: Number(user.stdout), gid: Number(group.stdout) };
}

/**
 * Makes files the user's: each path and what is right in it, and all that is below one that was not.
 *
 * @throws StartError where that is not allowed
 */
export async function giveTo({ uid, gid }: SystemUser, ...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const inside = await readdir(path).catch(() => []);
    for (const each of [...inside.map((name) => join(path, name)), path]) {
      if ((await lstat(each)).uid === uid) continue;
      const { code, stderr } = await run('chown', ['-hR', `${uid}:${gid}`, each]);
      if (code !== 0) throw new StartError(stderr.trim());
    }
  }
}
