import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { goEnvironment } from '../config/child-environment.ts';
import { temporalUiPath } from '../config/load.ts';
import { lastProblem, openLogFile, readLog, type LogFile } from './log-file.ts';
import { firstFreePort, freePort, isFreePort } from './ports.ts';
import { commandLine, endProcess, isRunning, signal } from './process.ts';
import { StartError } from './start-error.ts';
import type { ServerProcess } from '../server/supervisor.ts';

export interface TemporalPorts {
  readonly frontend: number;
  readonly ui: number;
}

export interface TemporalOptions {
  /** Path of the `temporal` program. */
  readonly binary: string;
  /** Temporal keeps its database in `temporal/` there, its log in `logs/`. Undefined: in memory, without a log. */
  readonly dataDir: string | undefined;
  /** Taken where it is free, if the last start on this data did not have another one. Default: any free one. */
  readonly frontendPort?: number;
  /** A server that is started again must be where its clients know it, whatever happens. */
  readonly previous?: Pick<TemporalServer, 'ports' | 'uiHost'>;
  /** Never taken, though it be free: it is meant for somebody else. */
  readonly reservedPort?: number;
  /** Made where it is missing. */
  readonly namespace: string;
  /** Settings of the server ("dynamic config"), each `name=value`. */
  readonly settings?: readonly string[];
  readonly onProgress: (message: string) => void;
}

export interface TemporalServer extends ServerProcess {
  /** host:port of the frontend. */
  readonly address: string;
  /** Without a path; its pages are below `/temporal`. */
  readonly uiUrl: string;
  readonly uiHost: string;
  readonly ports: TemporalPorts;
}

/** What a start leaves for the next one on the same data. */
interface LastStart {
  readonly pid: number;
  readonly ports: TemporalPorts;
  readonly uiHost: string;
}

const loopback = '127.0.0.1';
const stopGraceMs = 10_000;
const maxAttempts = 3;
const settleMs = 750;
/**
 * What suits many short workflows on one machine (go.temporal.io/server, common/dynamicconfig). The server lets no timer
 * fire sooner than the shift after it was set, 1 s by default, so that machines need not agree about the time; here there
 * is one. Of each shard's timers and transfers it reads 20 batches a second by default; the server here has one shard, and
 * more than 20 workflows a second would make every timer late, by more and more.
 */
const ownSettings = [
  'history.timerProcessorMaxTimeShift="50ms"',
  'history.timerProcessorMaxPollRPS=200',
  'history.transferProcessorMaxPollRPS=200',
  // Its HTTP API cannot be switched off, knows no users, and takes the forms of foreign pages: it answers to no host.
  'frontend.httpAllowedHosts=[]',
] as const;

/**
 * Starts Temporal's development server with its UI on the loopback address, and waits until it answers. A server that a
 * killed process left behind on this data is ended first.
 *
 * The server does not receive a terminal's Ctrl-C: it runs in a session of its own until `stop`.
 *
 * @throws StartError where it cannot be started
 */
export async function startTemporal(options: TemporalOptions): Promise<TemporalServer> {
  const { dataDir, onProgress } = options;
  // Who only ends a server does not need the client, which takes its time to load.
  const { prepareNamespace } = await import('./temporal-namespace.ts');
  const folder = dataDir === undefined ? undefined : join(dataDir, 'temporal');
  let previous: LastStart | undefined;
  if (folder !== undefined) {
    await mkdir(folder, { recursive: true });
    previous = await readRecord(folder);
    if (await endLeftoverTemporal(folder)) onProgress('ended a Temporal server that was left behind');
  }
  const uiHost = options.previous?.uiHost ?? randomLoopback();
  for (const [name, port] of Object.entries(options.previous?.ports ?? {})) {
    // Whoever listens there would answer in the place of the new server, and seem to be it.
    if (!(await isFreePort(port, name === 'ui' ? uiHost : loopback)))
      throw new StartError(`Temporal does not start: port ${port} is in use`);
  }
  for (let attempt = 1; ; attempt++) {
    const ports = options.previous?.ports ?? {
      frontend: await firstFreePort(
        [previous?.ports.frontend, options.frontendPort].filter((port) => port !== options.reservedPort),
      ),
      ui: await freePort(uiHost),
    };
    const log = dataDir === undefined ? undefined : await openLogFile(dataDir, 'temporal');
    const server = await spawnServer(
      options.binary,
      serverArgs({ ports, uiHost }, folder, options),
      { ports, uiHost },
      log,
    );
    if (folder !== undefined) await writeRecord(folder, { pid: server.pid, ports, uiHost });
    try {
      await prepareNamespace(server.address, options.namespace, server.exited);
      // What answers may be the server of another start that took the port first; then ours is about to end.
      const hasEnded = await Promise.race([server.exited.then(() => true), delay(settleMs, false)]);
      if (hasEnded) throw new Error('address already in use');
      return server;
    } catch (error) {
      await server.stop();
      const { message } = error as Error;
      const reason = log ? await lastProblem(log) : message;
      // Somebody else has taken a port since it was found free. The server may panic after it has said so.
      const written = log ? await readLog(log) : '';
      const isTaken = written.includes('address already in use') || message.includes('address already in use');
      if (isTaken && attempt < maxAttempts) continue;
      throw new StartError(`Temporal does not start (${reason.trim()})${log ? `: see ${log.path}` : ''}`);
    }
  }
}

/**
 * Ends the server that a former process started on this data, if it still runs.
 *
 * @param folder the folder `temporal` in the data folder
 * @returns whether there was one
 */
export async function endLeftoverTemporal(folder: string): Promise<boolean> {
  const record = await readRecord(folder);
  if (!record || !isRunning(record.pid)) return false;
  const command = await commandLine(record.pid);
  // The number may belong to another process by now; only ours names our database.
  if (!command?.includes('start-dev') || !command.includes(databaseFile(folder))) return false;
  await endProcess(record.pid, stopGraceMs);
  return true;
}

function databaseFile(folder: string): string {
  return join(folder, 'temporal.db');
}

/**
 * An address of this machine alone that nobody can guess: all of 127.0.0.0/8 is (RFC 1122, section 3.2.1.3), and Linux
 * listens on each of them. A page of another site whose name is made to mean this machine (DNS rebinding) would have to
 * find it among 16 million, and the port besides.
 */
function randomLoopback(): string {
  if (process.platform !== 'linux') return loopback;
  const [high = 0, middle = 0, low = 0] = randomBytes(3);
  return `127.${high}.${middle}.${Math.min(254, Math.max(2, low))}`;
}

function serverArgs(
  { ports, uiHost }: Pick<TemporalServer, 'ports' | 'uiHost'>,
  folder: string | undefined,
  { namespace, settings = [] }: Pick<TemporalOptions, 'namespace' | 'settings'>,
): string[] {
  const args = ['server', 'start-dev', '--log-level', 'warn', '--namespace', namespace];
  for (const setting of [...ownSettings, ...settings]) args.push('--dynamic-config-value', setting);
  // Its other ports are on this address as well.
  args.push('--ip', loopback, '--port', String(ports.frontend));
  args.push('--ui-ip', uiHost, '--ui-port', String(ports.ui), '--ui-public-path', temporalUiPath);
  if (folder === undefined) return args;
  args.push('--db-filename', databaseFile(folder));
  // Without these two, every workflow waits for several syncs of the disk: 5 workflows a second in place of 26.
  args.push('--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal');
  return args;
}

async function spawnServer(
  binary: string,
  args: readonly string[],
  { ports, uiHost }: Pick<TemporalServer, 'ports' | 'uiHost'>,
  log: LogFile | undefined,
): Promise<TemporalServer> {
  const output = log ? await open(log.path, 'a') : undefined;
  const child = spawn(binary, args, {
    cwd: '/',
    // Our own TEMPORAL_ variables would change what the program does, besides.
    env: goEnvironment(),
    detached: true,
    stdio: ['ignore', output?.fd ?? 'ignore', output?.fd ?? 'ignore'],
  });
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signalName) => resolve(signalName ?? `exit code ${code}`));
  });
  await output?.close();
  const { pid } = child;
  if (pid === undefined) throw new StartError(`Temporal does not start: ${await exited}`);
  return {
    pid,
    exited,
    ports,
    address: `${loopback}:${ports.frontend}`,
    uiHost,
    uiUrl: `http://${uiHost}:${ports.ui}`,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      signal(pid, 'SIGTERM');
      const enough = new AbortController();
      const grace = delay(stopGraceMs, 'still running', { signal: enough.signal }).catch(() => '');
      if ((await Promise.race([exited, grace])) === 'still running') signal(pid, 'SIGKILL');
      await exited;
      enough.abort();
    },
    kill: () => signal(pid, 'SIGKILL'),
  };
}

async function readRecord(folder: string): Promise<LastStart | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, 'server.json'), 'utf8')) as LastStart;
  } catch {
    // It is there to make things smoother; a start needs none.
    return undefined;
  }
}

async function writeRecord(folder: string, record: LastStart): Promise<void> {
  const path = join(folder, 'server.json');
  await rm(`${path}.new`, { force: true });
  await writeFile(`${path}.new`, `${JSON.stringify(record)}\n`);
  await rename(`${path}.new`, path);
}
