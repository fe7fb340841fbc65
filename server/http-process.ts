import cluster, { type Worker } from 'node:cluster';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { httpProcessEnvironment } from '../config/child-environment.ts';
import type { MetricsSnapshot } from '../telemetry/snapshot.ts';
import { mostUnanswered, type ChildSettings, type FromChild, type ToChild } from './http-messages.ts';
import { forwardLines } from './forward-lines.ts';
import { closeLostConnections } from './lost-connections.ts';
import type { ServerProcess } from './supervisor.ts';

/** A child that serves HTTP, as the primary process sees it. */
export interface HttpProcess extends ServerProcess {
  /** The port that it listens on. */
  readonly port: number;
  /** The one on which metrics are served; undefined: nowhere. */
  readonly metricsPort: number | undefined;
  /** Why it cannot serve just now; undefined: it can, as far as is known. */
  problem(): string | undefined;
  sendStatus(problems: readonly string[]): void;
  /** The same, and counts whether it answers. Called every `statusIntervalMs`. */
  askStatus(problems: readonly string[]): void;
  /** Whether it has answered so many questions in a row with nothing that it cannot be waited for. */
  isHanging(): boolean;
  /** Its metrics; where it does not answer in time, what of the last ones still counts. */
  collect(timeoutMs: number): Promise<MetricsSnapshot>;
}

export interface HttpProcessOptions {
  readonly settings: ChildSettings;
  /** Takes the metrics of all processes. */
  readonly collectAll: () => Promise<readonly MetricsSnapshot[]>;
  /** Of what it has counted, told at each answer. */
  readonly onSnapshot: (snapshot: MetricsSnapshot) => void;
  /** What still counts where it does not answer. */
  readonly lastKnown: () => MetricsSnapshot;
}

const startTimeoutMs = 120_000;
// A child that has closed its server still writes counts and closes its connections.
const stopMarginMs = 10_000;

/**
 * Forks a process that serves HTTP, and waits until it listens.
 *
 * @throws Error where it cannot, with the reason that it gives
 */
export async function startHttpProcess(options: HttpProcessOptions): Promise<HttpProcess> {
  // One connection after the other to the next child: otherwise the kernel may give most of them to one.
  cluster.schedulingPolicy = cluster.SCHED_RR;
  cluster.setupPrimary({
    exec: fileURLToPath(new URL('./http-child.ts', import.meta.url)),
    args: [],
    // Keys stay bytes.
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  // Compiled code that is read back saves a child the type stripping, and its 20 MB. This process may have a cache already.
  const compiled = process.env['NODE_COMPILE_CACHE'] ?? join(options.settings.config.dataDir, 'cache', 'compiled');
  return watch(cluster.fork(httpProcessEnvironment({ NODE_COMPILE_CACHE: compiled })), options);
}

async function watch(worker: Worker, options: HttpProcessOptions): Promise<HttpProcess> {
  const { settings, collectAll, onSnapshot, lastKnown } = options;
  const listening = Promise.withResolvers<Pick<HttpProcess, 'port' | 'metricsPort'>>();
  const collects = new Map<number, (snapshot: MetricsSnapshot) => void>();
  let collectId = 0;
  // Counted in questions, not in time: a primary process that was stopped itself, with the machine or by the kernel, has
  // asked nothing meanwhile, and must not take its children for dead.
  let unanswered = 0;
  let hasEnded = false;
  closeLostConnections(worker);
  if (worker.process.stderr) forwardLines(worker.process.stderr, process.stderr);

  // To one that has ended nothing can be sent, which its end tells already.
  const send = (message: ToChild): void => void worker.send(message, () => undefined);
  const exited = new Promise<string>((resolve) => {
    worker.once('exit', (code, signal) => {
      hasEnded = true;
      resolve(signal ? `by ${signal}` : `with exit code ${code}`);
    });
  });
  worker.on('error', (error) => listening.reject(error));
  worker.on('message', (message: FromChild) => {
    unanswered = 0;
    switch (message.type) {
      case 'loaded':
        send({ type: 'start', settings });
        break;
      case 'listening':
        listening.resolve(message);
        break;
      case 'failed':
        listening.reject(new Error(message.message));
        break;
      case 'alive':
        break;
      case 'scrape':
        void collectAll().then((snapshots) => send({ type: 'collected', id: message.id, snapshots }));
        break;
      case 'metrics':
        onSnapshot(message.snapshot);
        collects.get(message.id)?.(message.snapshot);
        break;
    }
  });

  const isHanging = (): boolean => !hasEnded && unanswered >= mostUnanswered;
  const kill = (): void => void worker.process.kill('SIGKILL');
  async function endWithin(timeoutMs: number): Promise<void> {
    const timer = setTimeout(kill, timeoutMs);
    await exited;
    clearTimeout(timer);
  }
  const timer = setTimeout(() => listening.reject(new Error('an HTTP process does not start')), startTimeoutMs);
  void exited.then((how) => listening.reject(new Error(`an HTTP process ended ${how} before it served`)));
  let ports: Pick<HttpProcess, 'port' | 'metricsPort'>;
  try {
    ports = await listening.promise;
  } catch (error) {
    kill();
    await exited;
    throw error;
  } finally {
    clearTimeout(timer);
  }

  return {
    pid: worker.process.pid ?? 0,
    port: ports.port,
    metricsPort: ports.metricsPort,
    exited,
    stop: () => {
      send({ type: 'stop' });
      return endWithin(settings.config.shutdownGraceMs + stopMarginMs);
    },
    kill,
    problem: () => {
      if (hasEnded) return 'an HTTP process has ended';
      return isHanging() ? 'an HTTP process does not answer' : undefined;
    },
    isHanging,
    sendStatus: (problems) => send({ type: 'status', problems }),
    askStatus: (problems) => {
      unanswered++;
      send({ type: 'status', problems });
    },
    collect: async (timeoutMs) => {
      const id = ++collectId;
      const waiting = new AbortController();
      try {
        const answered = new Promise<MetricsSnapshot>((resolve) => collects.set(id, resolve));
        send({ type: 'collect', id });
        const silent = delay(timeoutMs, undefined, { signal: waiting.signal }).then(lastKnown, lastKnown);
        return await Promise.race([answered, exited.then(lastKnown), silent]);
      } finally {
        collects.delete(id);
        waiting.abort();
      }
    },
  };
}
