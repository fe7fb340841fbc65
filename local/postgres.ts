import { mkdir, readFile, readlink, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { loadOrCreateSecret } from './data-folder.ts';
import { lastProblem, openLogFile, readLog } from './log-file.ts';
import { freePort } from './ports.ts';
import { postgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { postgresUser, type PostgresUser } from './postgres-user.ts';
import { commandLine, isRunning, signal, waitForExit } from './process.ts';
import { StartError } from './start-error.ts';
import type { ServerProcess } from '../server/supervisor.ts';

export interface PostgresOptions {
  /** PostgreSQL keeps its files in `postgres/` there, its password in `secrets/`, its log in `logs/`. */
  readonly dataDir: string;
  readonly onProgress: (message: string) => void;
  /** Default: any free one. */
  readonly port?: number;
  /** False trades durability for speed, which is for tests alone. Default true. */
  readonly isDurable?: boolean;
  /** Default 100, as PostgreSQL has it. */
  readonly maxConnections?: number;
}

export interface PostgresServer extends ServerProcess {
  /** Of the database `jobrunner`, with user and password. */
  readonly url: string;
  readonly port: number;
}

const userName = 'jobrunner';
const databaseName = 'jobrunner';
// Recovery after a power cut reads everything that was written since the last checkpoint.
const startTimeoutSeconds = 300;
const stopTimeoutSeconds = 60;
const watchIntervalMs = 200;

/**
 * Starts PostgreSQL on the loopback address, on the data that it had; at the first time it makes a new cluster and the
 * database in it. A server that a killed process left behind on this data is stopped first.
 *
 * The server does not receive a terminal's Ctrl-C: it runs in a session of its own until `stop`.
 *
 * @throws StartError where it cannot be started
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { dataDir, onProgress, isDurable = true, maxConnections = 100 } = options;
  const binaries = await postgresBinaries();
  const user = await postgresUser([dirname(binaries.postgres), dataDir]);
  const password = await loadOrCreateSecret(dataDir, 'postgres-password', 32);
  const folder = join(dataDir, 'postgres');
  const cluster: Cluster = { binaries, user, folder, dataDir, isDurable, maxConnections };

  if (await isFolder(folder)) await user.own(folder);
  else {
    onProgress('making a PostgreSQL cluster');
    await createCluster(cluster, password);
  }
  if (await endLeftoverPostgres(dataDir)) onProgress('stopped a PostgreSQL that was left behind');

  const port = await launch(cluster, options.port);
  const pid = await readPid(folder);
  if (pid === undefined)
    throw new StartError(`PostgreSQL ended right after its start: see ${dataDir}/logs/postgres.log`);
  const server = controlServer(cluster, pid);
  try {
    await ensureDatabase(urlOf(password, port, 'postgres'));
  } catch (error) {
    await server.stop();
    throw new StartError(`PostgreSQL does not accept a connection: ${(error as Error).message}`);
  }
  return { ...server, url: urlOf(password, port, databaseName), port };
}

/** The database of the server that runs on this data; undefined where none does. */
export async function runningPostgresUrl(dataDir: string): Promise<string | undefined> {
  const folder = join(dataDir, 'postgres');
  const pid = await readPid(folder);
  if (pid === undefined || !isRunning(pid)) return undefined;
  // Line 4 is the port (PostgreSQL, "storage.sgml").
  const [, , , port] = (await readFile(join(folder, 'postmaster.pid'), 'utf8')).split('\n');
  return urlOf(await loadOrCreateSecret(dataDir, 'postgres-password', 32), Number(port), databaseName);
}

interface Cluster {
  readonly binaries: PostgresBinaries;
  readonly user: PostgresUser;
  readonly folder: string;
  readonly dataDir: string;
  readonly isDurable: boolean;
  readonly maxConnections: number;
}

function urlOf(password: string, port: number, database: string): string {
  return `postgres://${userName}:${password}@127.0.0.1:${port}/${database}`;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function createCluster(cluster: Cluster, password: string): Promise<void> {
  const { user, folder } = cluster;
  // Under another name until it is whole, so that an interruption leaves no half of a cluster.
  const unfinished = `${folder}.new`;
  const passwordFile = `${folder}.password`;
  await rm(unfinished, { recursive: true, force: true });
  await rm(passwordFile, { force: true });
  await mkdir(unfinished, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  await user.own(unfinished, passwordFile);
  try {
    const { code, stdout, stderr } = await user.run(cluster.binaries.initdb, [
      `--pgdata=${unfinished}`,
      `--username=${userName}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // The same order of text on every machine, whatever locales it has.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
      ...(cluster.isDurable ? [] : ['--no-sync']),
    ]);
    if (code !== 0) {
      const problem = stderr.split('\n').find((line) => /error|fatal/i.test(line)) ?? (stderr || stdout);
      throw new StartError(`PostgreSQL's initdb failed: ${problem.trim()}`);
    }
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(unfinished, folder);
}

async function readPid(folder: string): Promise<number | undefined> {
  const text = await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return pid > 0 ? pid : undefined;
}

/**
 * Ends the server that a former process started on this data, if it still runs.
 *
 * @returns whether there was one
 * @throws StartError where the record names a PostgreSQL that uses other data
 */
export async function endLeftoverPostgres(dataDir: string): Promise<boolean> {
  const folder = join(dataDir, 'postgres');
  const pid = await readPid(folder);
  if (pid === undefined) return false;
  const command = isRunning(pid) ? await commandLine(pid) : undefined;
  if (command === undefined || !/(^|\/)postgres(:|\s|$)/.test(command)) {
    // The machine has started anew, and the number belongs to somebody else; PostgreSQL would take it for its own.
    await rm(join(folder, 'postmaster.pid'), { force: true });
    return false;
  }
  const workingFolder = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  if (!command.includes(folder) && workingFolder !== (await realpath(folder))) {
    throw new StartError(
      `${folder}/postmaster.pid names process ${pid}, another PostgreSQL: remove the file if that one does not use this folder`,
    );
  }
  for (const name of ['SIGINT', 'SIGQUIT'] as const) {
    signal(pid, name);
    if (await waitForExit(pid, stopTimeoutSeconds * 1_000)) return true;
  }
  throw new StartError(
    `an earlier start left PostgreSQL running as process ${pid}, and it does not stop: end that process`,
  );
}

async function launch(cluster: Cluster, wantedPort: number | undefined): Promise<number> {
  const { binaries, user, folder, dataDir } = cluster;
  const log = await openLogFile(dataDir, 'postgres');
  await user.own(log.path);
  for (let attempt = 1; ; attempt++) {
    const port = wantedPort ?? (await freePort());
    const settings = [
      'listen_addresses=127.0.0.1',
      `port=${port}`,
      "unix_socket_directories=''",
      `max_connections=${cluster.maxConnections}`,
      'shared_buffers=128MB',
      ...(cluster.isDurable
        ? []
        : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'wal_init_zero=off']),
    ];
    const { code, stderr } = await user.run(binaries.pgCtl, [
      'start',
      '--wait',
      `--timeout=${startTimeoutSeconds}`,
      `--pgdata=${folder}`,
      `--log=${log.path}`,
      `--options=${settings.map((setting) => `-c ${setting}`).join(' ')}`,
    ]);
    if (code === 0) return port;
    const problem = await lastProblem(log);
    const isTaken = (await readLog(log)).includes('Address already in use');
    if (!isTaken || wantedPort !== undefined || attempt === 3) {
      const reason = problem.replace(/^.*?(?=FATAL|PANIC|ERROR)/, '') || stderr.trim();
      throw new StartError(`PostgreSQL does not start (${reason}): see ${log.path}`);
    }
  }
}

async function stop({ binaries, user, folder }: Cluster, pid: number): Promise<void> {
  for (const mode of ['fast', 'immediate']) {
    if (!isRunning(pid)) return;
    await user.run(binaries.pgCtl, [
      'stop',
      `--mode=${mode}`,
      '--wait',
      `--timeout=${stopTimeoutSeconds}`,
      `--pgdata=${folder}`,
    ]);
  }
}

function controlServer(cluster: Cluster, pid: number): ServerProcess {
  const watch = async (): Promise<string> => {
    while (isRunning(pid)) await delay(watchIntervalMs);
    return `process ${pid} is gone`;
  };
  return {
    pid,
    exited: watch(),
    stop: () => stop(cluster, pid),
    // SIGQUIT ends PostgreSQL's own children too; SIGKILL would leave them to find out.
    kill: () => signal(pid, 'SIGQUIT'),
  };
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [databaseName]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${databaseName}`);
  } finally {
    await client.end();
  }
}
