import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { variables } from '../../config/variables.ts';
import { endLeftoverNginx } from '../../local/nginx.ts';
import { freePort } from '../../local/ports.ts';
import { runningPostgresUrl } from '../../local/postgres.ts';
import { endProcess, isRunning, signal } from '../../local/process.ts';
import type { CleanUp } from '../support/clean-up.ts';
import { endWithProcess } from '../support/end-with-process.ts';
import { createClient, type Client } from './client.ts';
import { layPreparedCluster } from './prepared-cluster.ts';

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process of the product, leading a process group of its own, as a command in a terminal does. */
export interface ProductProcess {
  readonly pid: number;
  /** All that it wrote so far. */
  readonly output: { stdout: string; stderr: string };
  readonly exited: Promise<Exit>;
  /**
   * Signals the process alone and waits for its end; SIGINT goes to its group, as from a terminal's Ctrl-C.
   *
   * @throws Error where it does not end, after ending it by SIGKILL
   */
  stop(name?: NodeJS.Signals): Promise<Exit>;
  /** Resolves once what it wrote matches. */
  waitForOutput(pattern: RegExp, timeoutMs: number): Promise<void>;
}

/** The pids of the embedded servers, as far as there are any. */
export interface EmbeddedPids {
  readonly postgres: number | undefined;
  readonly temporal: number | undefined;
}

/** What a user has after `npm start`. */
export interface Jobrunner {
  readonly baseUrl: string;
  /** localhost:port, as names of images start with. */
  readonly host: string;
  readonly port: number;
  /** Where Prometheus scrapes. */
  readonly metricsUrl: string;
  readonly password: string;
  readonly dataDir: string;
  readonly client: Client;
  readonly process: ProductProcess;
  /** Starts it again on the same data, once the process has ended. */
  restart(): Promise<void>;
  /** Of the embedded PostgreSQL as it runs now. */
  databaseUrl(): Promise<string>;
  /** host:port of the embedded Temporal, and where its UI listens for this program alone. */
  temporal(): Promise<{ address: string; hiddenUiUrl: string; pid: number }>;
}

export interface JobrunnerOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** Whether it makes its PostgreSQL by itself, as for a user, rather than find a copy of one. Default: false. */
  readonly isFirstStart?: boolean;
}

const rootPath = fileURLToPath(new URL('../../', import.meta.url));
const startTimeoutMs = 120_000;
const stopTimeoutMs = 45_000;

/** The environment of tests: that of this process without what would configure the product. */
export function productEnv(env: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  const ours = new Set(Object.keys(variables).flatMap((name) => [name, `${name}_FILE`]));
  const inherited = Object.entries(process.env).filter(
    ([name]) => !ours.has(name) && !name.startsWith('npm_') && name !== 'NODE_TEST_CONTEXT',
  );
  return { ...Object.fromEntries(inherited), ...env };
}

/** Runs a command of the product from the root of the repository. The process is gone after the test. */
export function startProcess(
  t: CleanUp,
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): ProductProcess {
  const child = spawn(command, args, { cwd: rootPath, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const running = watch(child);
  const forget = endWithProcess(() => signal(running.pid, 'SIGTERM'));
  t.after(async () => {
    await running.stop('SIGTERM');
    forget();
  });
  return running;
}

function watch(child: ChildProcess): ProductProcess {
  const { pid } = child;
  if (pid === undefined) throw new Error('the process cannot be started');
  const output = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      for (const watcher of watchers) watcher();
    });
  }
  const exited = new Promise<Exit>((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
  let hasExited = false;
  void exited.then(() => {
    hasExited = true;
    for (const watcher of watchers) watcher();
  });

  return {
    pid,
    output,
    exited,
    async stop(name = 'SIGINT') {
      if (hasExited) return exited;
      signal(name === 'SIGINT' ? -pid : pid, name);
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        signal(-pid, 'SIGKILL');
      }, stopTimeoutMs);
      const exit = await exited;
      clearTimeout(timer);
      if (isLate) throw new Error(`${name} did not end it in ${stopTimeoutMs} ms:\n${output.stdout}${output.stderr}`);
      return exit;
    },
    waitForOutput: (pattern, timeoutMs) =>
      new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => end(new Error(`no ${pattern} within ${timeoutMs} ms`)), timeoutMs);
        function end(error?: Error): void {
          clearTimeout(timer);
          watchers.delete(check);
          if (error) reject(new Error(`${error.message}; it wrote:\n${output.stdout}${output.stderr}`));
          else resolve();
        }
        function check(): void {
          if (pattern.test(output.stdout) || pattern.test(output.stderr)) end();
          else if (hasExited) end(new Error(`it ended before ${pattern}`));
        }
        watchers.add(check);
        check();
      }),
  };
}

/** An empty data folder. Servers that a killed process left behind on it are ended, and it is removed, after the test. */
export async function temporaryDataDir(t: CleanUp): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'jobrunner-e2e-'));
  t.after(async () => {
    await endLeftoverNginx(dataDir);
    const { postgres, temporal } = await embeddedPids(dataDir);
    for (const pid of [temporal, postgres]) if (pid !== undefined && isRunning(pid)) await endProcess(pid, 5_000);
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  });
  return dataDir;
}

/** The processes that the last start on the data folder left on record; they need not run any more. */
export async function embeddedPids(dataDir: string): Promise<EmbeddedPids> {
  const postmaster = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '');
  const record = await readFile(join(dataDir, 'temporal', 'server.json'), 'utf8').catch(() => '{}');
  return {
    postgres: Number.parseInt(postmaster, 10) || undefined,
    temporal: (JSON.parse(record) as { pid?: number }).pid,
  };
}

/**
 * The settings under which tests start `npm start`: quick retries, garbage collection at once, loopback webhooks, no jobs
 * that nobody asked for.
 */
export function startSettings(dataDir: string, port: number, password: string): Record<string, string> {
  return {
    JOBRUNNER_DATA_DIR: dataDir,
    PORT: String(port),
    ADMIN_PASSWORD: password,
    GC_REVIEW_DELAY: '0s',
    GC_BLOB_LEASE: '0s',
    OUTBOUND_ALLOW_PRIVATE: 'true',
    WEBHOOK_RETRY_DELAY: '100ms',
    DEFAULT_CRONS: 'false',
  };
}

/** Starts the product as a user does, with all that it embeds, and waits until it is ready. */
export async function startJobrunner(
  t: CleanUp,
  { env = {}, args = [], isFirstStart = false }: JobrunnerOptions = {},
): Promise<Jobrunner> {
  const dataDir = await temporaryDataDir(t);
  if (!isFirstStart && env['DATABASE_URL'] === undefined) await layPreparedCluster(dataDir);
  const port = await freePort();
  const password = randomBytes(8).toString('hex');
  const metricsPort = String(await freePort());
  const settings = productEnv({ ...startSettings(dataDir, port, password), METRICS_PORT: metricsPort, ...env });
  let running: ProductProcess;
  const start = async (): Promise<void> => {
    running = startProcess(t, process.execPath, ['local/main.ts', ...args], settings);
    await running.waitForOutput(/^Ready after /m, startTimeoutMs);
  };
  await start();

  const baseUrl = `http://localhost:${port}`;
  return {
    baseUrl,
    host: `localhost:${port}`,
    port,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    password,
    dataDir,
    client: createClient(baseUrl, password),
    get process() {
      return running;
    },
    restart: start,
    async databaseUrl() {
      const url = await runningPostgresUrl(dataDir);
      if (url === undefined) throw new Error(`no PostgreSQL runs on ${dataDir}`);
      return url;
    },
    async temporal() {
      const text = await readFile(join(dataDir, 'temporal', 'server.json'), 'utf8');
      const { pid, ports, uiHost } = JSON.parse(text) as {
        pid: number;
        ports: { frontend: number; ui: number };
        uiHost: string;
      };
      return { pid, address: `127.0.0.1:${ports.frontend}`, hiddenUiUrl: `http://${uiHost}:${ports.ui}` };
    },
  };
}

/** A process that plays some of the roles. */
export interface RoleProcess {
  readonly baseUrl: string;
  /** Where Prometheus scrapes. */
  readonly metricsUrl: string;
  readonly password: string;
  readonly client: Client;
  readonly process: ProductProcess;
}

/**
 * Starts a process with some roles against the database, Temporal and data folder that the environment names, and waits
 * until it is ready.
 *
 * @param env has at least DATABASE_URL, SECRET_KEY, JOBRUNNER_DATA_DIR, ADMIN_PASSWORD, and for a worker
 *   TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE
 * @param options.maxOpenFiles the most that it may have open, in place of what this process may
 */
export async function startRole(
  t: CleanUp,
  roles: string,
  env: Readonly<Record<string, string>> & { readonly ADMIN_PASSWORD: string; readonly JOBRUNNER_DATA_DIR: string },
  { maxOpenFiles }: { readonly maxOpenFiles?: number } = {},
): Promise<RoleProcess> {
  const port = await freePort();
  const password = env.ADMIN_PASSWORD;
  const metricsPort = String(await freePort());
  const ours = { ...startSettings(env.JOBRUNNER_DATA_DIR, port, password), METRICS_PORT: metricsPort };
  const settings = productEnv({ ...ours, ...env });
  const command = [process.execPath, 'server/main.ts', '--roles', roles] as const;
  const running =
    maxOpenFiles === undefined
      ? startProcess(t, command[0], command.slice(1), settings)
      : startProcess(t, 'sh', ['-c', `ulimit -n ${maxOpenFiles} && exec "$@"`, 'sh', ...command], settings);
  await running.waitForOutput(/"msg":"ready"/, startTimeoutMs);
  const baseUrl = `http://localhost:${port}`;
  const deadlineMs = performance.now() + startTimeoutMs;
  while (!(await isReady(baseUrl))) {
    if (performance.now() > deadlineMs) throw new Error(`${roles} did not become ready: ${running.output.stdout}`);
    await delay(50);
  }
  const metricsUrl = `http://127.0.0.1:${metricsPort}/metrics`;
  return { baseUrl, metricsUrl, password, client: createClient(baseUrl, password), process: running };
}

async function isReady(baseUrl: string): Promise<boolean> {
  const response = await fetch(`${baseUrl}/readyz`);
  await response.body?.cancel();
  return response.status === 200;
}
