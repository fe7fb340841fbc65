import { spawn } from 'node:child_process';
import { access, constants, mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { NginxSettingError, renderNginxConfig, type NginxSettings } from '../nginx/render.ts';
import { childEnvironment } from '../config/child-environment.ts';
import { lastProblem, openLogFile } from './log-file.ts';
import { commandLine, endProcess, isRunning, run, signal } from './process.ts';
import { StartError } from './start-error.ts';
import type { ServerProcess } from '../server/supervisor.ts';

export interface NginxOptions {
  /** NGINX keeps its configuration in `nginx/` there, its log in `logs/`; blobs are in `blobs/`. */
  readonly dataDir: string;
  /** Where clients come in. */
  readonly host: string;
  readonly port: number;
  readonly tls: NginxSettings['tls'];
  /** host:port of Node. */
  readonly upstream: string;
  /** What Node knows it by. */
  readonly secret: string;
  readonly maxConnectionsPerAddress: number;
  /** How long transfers may go on after `stop`. */
  readonly stopGraceMs: number;
}

export interface NginxServer extends ServerProcess {
  /**
   * Reads certificate and key again, while what is under way goes on.
   *
   * @throws StartError where NGINX does not take them; then it goes on with the former ones
   */
  reload(): Promise<void>;
}

// A port that was left a moment ago is tried again by NGINX itself for 2.5 s.
const startTimeoutMs = 30_000;
const fastStopMs = 5_000;
const pollIntervalMs = 20;

/**
 * Starts the machine's NGINX in front of Node, and waits until it listens. One that a killed process left behind on this
 * data must have been ended by `endLeftoverNginx`.
 *
 * It does not receive a terminal's Ctrl-C: it runs in a session of its own until `stop`.
 *
 * @throws StartError where there is no NGINX, or it cannot be started
 */
export async function startNginx(options: NginxOptions): Promise<NginxServer> {
  const { dataDir } = options;
  const binary = await requireNginx();
  const files = filesIn(dataDir);
  await writeConfig(options, files);
  const args = ['-p', files.folder, '-e', 'stderr', '-c', files.config];
  const check = (): Promise<void> => checkConfig(binary, args);
  await check();

  await rm(files.pid, { force: true });
  const log = await openLogFile(dataDir, 'nginx');
  const output = await open(log.path, 'a');
  const child = spawn(binary, args, {
    cwd: '/',
    // A variable NGINX would hand it sockets of another one.
    env: childEnvironment(),
    detached: true,
    stdio: ['ignore', output.fd, output.fd],
  });
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signalName) => {
      // Workers outlive a master that was killed, and would keep the port.
      if (child.pid !== undefined) signal(-child.pid, 'SIGKILL');
      resolve(signalName ?? `exit code ${code}`);
    });
  });
  await output.close();
  const { pid } = child;
  if (pid === undefined) throw new StartError(`NGINX does not start: ${await exited}`);
  const hasExited = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const endsWithin = async (timeoutMs: number): Promise<boolean> => {
    const enough = new AbortController();
    const late = delay(timeoutMs, false, { signal: enough.signal }).catch(() => false);
    const isEnded = await Promise.race([exited.then(() => true), late]);
    enough.abort();
    return isEnded;
  };

  const server: NginxServer = {
    pid,
    exited,
    async stop() {
      // First in good order, then quickly, then by force.
      for (const [name, graceMs] of [
        ['SIGQUIT', options.stopGraceMs],
        ['SIGTERM', fastStopMs],
      ] as const) {
        if (hasExited()) return;
        signal(pid, name);
        if (await endsWithin(graceMs)) return;
      }
      signal(-pid, 'SIGKILL');
      await exited;
    },
    kill: () => signal(-pid, 'SIGKILL'),
    async reload() {
      await check();
      if (!hasExited()) signal(pid, 'SIGHUP');
    },
  };
  const deadlineMs = performance.now() + startTimeoutMs;
  // It writes its id once it listens.
  while ((await readPid(files.pid)) !== pid) {
    if (hasExited())
      throw new StartError(`NGINX does not start (${reasonOf(await lastProblem(log))}): see ${log.path}`);
    if (performance.now() > deadlineMs) {
      server.kill();
      throw new StartError(`NGINX does not listen within ${startTimeoutMs / 1000} s: see ${log.path}`);
    }
    await delay(pollIntervalMs);
  }
  return server;
}

/**
 * Ends the NGINX that a former process started on this data, if it still runs: it would keep the port.
 *
 * @returns whether there was one
 */
export async function endLeftoverNginx(dataDir: string): Promise<boolean> {
  const files = filesIn(dataDir);
  const pid = await readPid(files.pid);
  if (pid === undefined) return false;
  const workers = await workersOf(pid);
  // The number may belong to another process by now; only ours names our configuration.
  const isMaster = isRunning(pid) && (await commandLine(pid))?.includes(files.config) === true;
  if (isMaster) await endProcess(pid, fastStopMs);
  for (const worker of workers) await endProcess(worker, fastStopMs);
  await rm(files.pid, { force: true });
  return isMaster || workers.length > 0;
}

/**
 * The path of the machine's NGINX: on the path, or where Debian keeps the programs of administrators.
 *
 * @throws StartError where there is none
 */
export async function requireNginx(): Promise<string> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  for (const path of folders.filter(Boolean).map((folder) => join(folder, 'nginx'))) {
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  throw new StartError('there is no NGINX on this machine: install the package "nginx", or start without --nginx');
}

interface NginxFiles {
  readonly folder: string;
  readonly config: string;
  readonly pid: string;
}

function filesIn(dataDir: string): NginxFiles {
  const folder = join(dataDir, 'nginx');
  return { folder, config: join(folder, 'nginx.conf'), pid: join(folder, 'nginx.pid') };
}

async function writeConfig(options: NginxOptions, files: NginxFiles): Promise<void> {
  const { dataDir, stopGraceMs: _, ...settings } = options;
  let text: string;
  try {
    text = await renderNginxConfig({
      ...settings,
      blobsPath: join(dataDir, 'blobs'),
      pidPath: files.pid,
      temporaryPath: join(files.folder, 'temporary'),
      // Blobs belong to the user of this process, and nobody else may read them.
      user: process.getuid?.() === 0 ? userInfo().username : undefined,
    });
  } catch (error) {
    if (!(error instanceof NginxSettingError)) throw error;
    throw new StartError(error.message);
  }
  await mkdir(files.folder, { recursive: true, mode: 0o700 });
  // It holds the secret.
  await writeFile(files.config, text, { mode: 0o600 });
}

async function checkConfig(binary: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await run(binary, ['-t', '-q', ...args], { cwd: '/', timeoutMs: startTimeoutMs });
  if (code === 0) return;
  const line = stderr.split('\n').find((text) => text.includes('[emerg]')) ?? stderr.split('\n')[0] ?? '';
  throw new StartError(`NGINX does not take its configuration: ${reasonOf(line)}`);
}

function reasonOf(line: string): string {
  return line.replace(/^.*\[emerg\]\s*(\d+#\d+:\s*)?/, '').trim();
}

async function readPid(file: string): Promise<number | undefined> {
  const pid = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10);
  return pid > 0 ? pid : undefined;
}

/** NGINX's processes in the process group that a master leads or led. Only known where there is /proc. */
async function workersOf(masterPid: number): Promise<number[]> {
  const pids = (await readdir('/proc').catch(() => [])).map(Number).filter((pid) => pid > 0 && pid !== masterPid);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      // The name is in brackets and may hold brackets and spaces; state, parent and group follow it.
      const group = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
      return group === masterPid && (await commandLine(pid))?.startsWith('nginx: ') === true ? pid : undefined;
    }),
  );
  return found.filter((pid) => pid !== undefined);
}
