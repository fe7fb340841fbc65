import { isOnPath, run, type RunResult } from './process.ts';
import { StartError } from './start-error.ts';
import { ensureSystemUser, giveTo } from './system-user.ts';

const userName = 'postgres';

/** Runs PostgreSQL's programs as a user that PostgreSQL accepts: it refuses root. */
export interface PostgresUser {
  run(command: string, args: readonly string[]): Promise<RunResult>;
  /** Makes the files theirs; a folder with all that is in it. Does nothing where that user is the present one. */
  own(...paths: readonly string[]): Promise<void>;
}

/**
 * The present user, or, for root, the system user `postgres`, made where it is missing.
 *
 * @param mustEnter folders of the binaries and the data; where that user may not enter them (a clone under /root), its
 *   processes keep root's right to pass file permissions, and no other right
 * @throws StartError where no such user can be had, or it cannot get there
 */
export async function postgresUser(mustEnter: readonly string[]): Promise<PostgresUser> {
  if (process.getuid?.() !== 0) {
    // Not in this process's folder: a server must not hold on to whatever folder its starter happened to be in.
    return { run: (command, args) => run(command, args, { cwd: '/' }), own: async () => undefined };
  }
  const user = await ensureSystemUser(userName).catch((error: Error) => {
    throw new StartError(
      `PostgreSQL does not run as root, and ${error.message}: make it, run as another user, or set DATABASE_URL`,
    );
  });
  const { uid, gid } = user;
  const own: PostgresUser['own'] = (...paths) => giveTo(user, ...paths);

  const plain: PostgresUser['run'] = (command, args) => run(command, args, { uid, gid, cwd: '/' });
  if (await canEnter(plain, mustEnter)) return { run: plain, own };

  // Without the last one, access(2), by which PostgreSQL looks for its own programs, would not count the capability.
  const setprivArgs = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--securebits=+no_setuid_fixup'];
  const capabilities = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  const privileged: PostgresUser['run'] = (command, args) =>
    run('setpriv', [...setprivArgs, ...capabilities, command, ...args], { cwd: '/' });
  if ((await isOnPath('setpriv')) && (await canEnter(privileged, mustEnter))) return { run: privileged, own };
  throw new StartError(
    `PostgreSQL does not run as root, and its user "${userName}" may not enter ${mustEnter.join(' or ')}: ` +
      'move them out of folders that only root may enter, run as another user, or set DATABASE_URL',
  );
}

async function canEnter(runAs: PostgresUser['run'], folders: readonly string[]): Promise<boolean> {
  const script = 'for folder do cd "$folder" || exit 1; done';
  return (await runAs('/bin/sh', ['-c', script, 'sh', ...folders])).code === 0;
}
