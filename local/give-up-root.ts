import { existsSync, readFileSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config/load.ts';
import { variables } from '../config/variables.ts';
import { cacheBinFolder } from './cache-folder.ts';
import { openDataFolder, ownPaths } from './data-folder.ts';
import { endLeftoverNginx } from './nginx.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { endLeftoverPostgres } from './postgres.ts';
import { isOnPath, run } from './process.ts';
import { ensureSystemUser, giveTo, type SystemUser } from './system-user.ts';
import { temporalBinary } from './temporal-binary.ts';
import { endLeftoverTemporal } from './temporal.ts';

const userName = 'jobrunner';
const projectFolder = fileURLToPath(new URL('..', import.meta.url));

export interface GiveUpRootOptions {
  readonly config: Config;
  readonly onProgress: (message: string) => void;
  /** Told why the program stays root. */
  readonly warn: (message: string) => void;
  /** Ends a long preparation. */
  readonly signal: AbortSignal;
  /** Whether the program will start a Temporal where the configuration names none. Default true. */
  readonly needsTemporal?: boolean;
}

/**
 * Goes on as the system user `jobrunner` where the program was started as root: the process becomes another program, which
 * is this one from its beginning. What only root may do is done before: the user, the data folder, programs in the cache.
 * Of root's rights it keeps the one to listen on ports below 1024; and, where the user may not enter the folders of the
 * program, or read files that the configuration names, the one to read every file.
 *
 * Returns where there is nothing to give up, or it cannot be given up.
 *
 * @throws StartError where the data folder cannot be used
 */
export async function giveUpRoot(options: GiveUpRootOptions): Promise<void> {
  const { config, onProgress, warn, signal } = options;
  if (process.platform !== 'linux' || !process.execve || process.getuid?.() !== 0) return;
  if (!(await isOnPath('setpriv'))) return warn('runs as root: install setpriv (util-linux), or start as another user');
  let user: SystemUser;
  // Whose data they are must not change while another process uses them. The next program takes the lock again.
  const folder = await openDataFolder(config.dataDir);
  try {
    if (!(await ownPaths(folder.path)).includes(await realpath(folder.path))) {
      return warn(
        `runs as root: ${folder.path} holds files of others, which it does not give away; set JOBRUNNER_DATA_DIR to a folder of its own, or start as another user`,
      );
    }
    user = await ensureSystemUser(userName);
    await prepare(user, options);
  } catch (error) {
    if (signal.aborted) return;
    return warn(`runs as root: ${(error as Error).message}; or start as another user`);
  } finally {
    folder.release();
  }
  if (signal.aborted) return;
  const files = [
    ...[config.tls?.certFile, config.tls?.keyFile, config.tls?.clientCaFile].filter((path) => path !== undefined),
    // Where Amazon's credentials are looked for.
    ...(config.s3 ? [join(homedir(), '.aws')].filter((path) => existsSync(path)) : []),
  ];
  const folders = [projectFolder, dirname(process.execPath), dirname(resolve(config.dataDir)), cacheBinFolder()];
  for (const capabilities of [['net_bind_service'], ['net_bind_service', 'dac_read_search']]) {
    const prefix = setprivArguments(user, capabilities);
    if (!(await canRead(prefix, folders, files))) continue;
    if (capabilities.length > 1) {
      onProgress(
        `runs as ${userName}, which may read all files, for it may not enter ${folders.join(' or ')}, or read what the settings name`,
      );
    }
    process.execve(
      '/usr/bin/env',
      ['env', 'setpriv', ...prefix, process.execPath, ...process.execArgv, ...process.argv.slice(1)],
      environment(config),
    );
  }
  warn(
    `runs as root: the user "${userName}" may not enter ${folders.join(' or ')}; move them, or start as another user`,
  );
}

async function prepare(
  user: SystemUser,
  { config, onProgress, signal, needsTemporal = true }: GiveUpRootOptions,
): Promise<void> {
  const dataDir = resolve(config.dataDir);
  // Those of a former process may be root's, and could not be ended any more.
  await endLeftoverNginx(dataDir);
  await endLeftoverTemporal(join(dataDir, 'temporal'));
  await endLeftoverPostgres(dataDir);
  await giveTo(user, ...(await ownPaths(dataDir)));
  // Both may write where only root does.
  if (config.databaseUrl === undefined) await postgresBinaries();
  if (needsTemporal && config.temporal.address === undefined) await temporalBinary({ onProgress, signal });
}

function setprivArguments({ uid, gid }: SystemUser, capabilities: readonly string[]): string[] {
  const added = capabilities.map((name) => `+${name}`).join(',');
  return [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    '--no-new-privs',
    `--inh-caps=-all,${added}`,
    `--ambient-caps=-all,${added}`,
    `--bounding-set=-all,${added}`,
    // Without it access(2), by which PostgreSQL looks for its own programs, would not count a capability.
    '--securebits=+no_setuid_fixup',
  ];
}

async function canRead(
  setpriv: readonly string[],
  folders: readonly string[],
  files: readonly string[],
): Promise<boolean> {
  const script =
    'files=$1; shift; while [ "$files" -gt 0 ]; do [ -r "$1" ] || exit 1; shift; files=$((files-1)); done; for folder do cd "$folder" || exit 1; done';
  const args = [...setpriv, '/bin/sh', '-c', script, 'sh', String(files.length), ...files, ...folders];
  return (await run('setpriv', args, { cwd: '/' })).code === 0;
}

/** That of this process, with the secrets of files that only root may read. */
function environment({ dataDir }: Config): NodeJS.ProcessEnv {
  // Libraries keep things below it that may be lost.
  const home = join(resolve(dataDir), 'cache');
  const env: NodeJS.ProcessEnv = { ...process.env, HOME: home, USER: userName, LOGNAME: userName };
  env['AWS_SHARED_CREDENTIALS_FILE'] ??= join(homedir(), '.aws', 'credentials');
  env['AWS_CONFIG_FILE'] ??= join(homedir(), '.aws', 'config');
  for (const [name, { isSecret }] of Object.entries(variables)) {
    const file = isSecret ? env[`${name}_FILE`] : undefined;
    if (file === undefined || file === '') continue;
    env[name] = readFileSync(file, 'utf8').trim();
    delete env[`${name}_FILE`];
  }
  return env;
}
