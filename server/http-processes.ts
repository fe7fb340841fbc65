import { createProcessMetrics } from '../telemetry/process-metrics.ts';
import { addSnapshots, cumulativePart, type MetricsSnapshot } from '../telemetry/snapshot.ts';
import type { Logger } from '../log/logger.ts';
import { silenceMs, statusIntervalMs, type ChildSettings } from './http-messages.ts';
import { startHttpProcess, type HttpProcess } from './http-process.ts';
import { supervise, type Supervised } from './supervisor.ts';

/** The processes that serve HTTP on one port. */
export interface HttpProcesses {
  readonly port: number;
  /** The one on which metrics are served; undefined: nowhere. */
  readonly metricsPort: number | undefined;
  /** Tells each to stop, and waits until all have ended. */
  stop(): Promise<void>;
}

export interface HttpProcessesOptions {
  readonly count: number;
  readonly settings: Omit<ChildSettings, 'processName'>;
  /** What is wrong with this process; empty: nothing. */
  readonly problems: () => readonly string[];
  /** What this process counts besides of itself. */
  readonly ownMetrics: () => Promise<MetricsSnapshot>;
  readonly log: Logger;
}

const collectTimeoutMs = 2_000;

/**
 * Forks processes that serve HTTP, waits until all listen, and keeps them running: one that dies is forked again, at
 * first after 0.5 s, later after up to 10 s, and one that has not answered for 10 s is killed. They end by themselves with
 * this process, however it ends.
 *
 * @throws Error where one of them cannot serve; then the others have been stopped
 */
export async function startHttpProcesses(options: HttpProcessesOptions): Promise<HttpProcesses> {
  const { count, settings, problems, ownMetrics, log } = options;
  const own = createProcessMetrics('primary');
  const running = new Map<string, Supervised<HttpProcess>>();
  let isStopping = false;

  const servers = (): HttpProcess[] => [...running.values()].map((child) => child.current());
  const findProblems = (): string[] => [...problems(), ...servers().flatMap((server) => server.problem() ?? [])];
  const tellStatus = (): void => {
    const found = findProblems();
    for (const server of servers()) server.sendStatus(found);
  };
  const replaceHanging = createReplacing(running, own.countReplacement, log);
  const watch = (): void => {
    const found = findProblems();
    for (const server of servers()) server.askStatus(found);
    if (!isStopping) replaceHanging();
  };
  const collectAll = async (): Promise<readonly MetricsSnapshot[]> =>
    Promise.all([own.snapshot(), ownMetrics(), ...children.map((child) => child.collect())]);
  const children = Array.from({ length: count }, (_, index) => {
    const processName = `http-${index + 1}`;
    const counts = createCounts();
    return {
      counts,
      collect: () => counts.collect(),
      start: async () => {
        const supervised = await supervise<HttpProcess>({
          name: `the process ${processName}`,
          start: async () => {
            await counts.keepForEver();
            const child = await startHttpProcess({
              settings: { ...settings, processName },
              collectAll,
              onSnapshot: counts.remember,
              lastKnown: counts.last,
            });
            counts.follow(child);
            void child.exited.then(tellStatus);
            // Once the supervisor has taken it over.
            setImmediate(tellStatus);
            log.info({ processName, childPid: child.pid }, 'an HTTP process listens');
            return child;
          },
          log: (message) => log.warn({}, message),
        });
        running.set(processName, supervised);
        return supervised;
      },
    };
  });

  const stop = async (): Promise<void> => {
    await Promise.all([...running.values()].map((child) => child.stop()));
  };
  const started = await Promise.allSettled(children.map((child) => child.start()));
  const failure = started.find((result) => result.status === 'rejected');
  if (failure) {
    await stop();
    throw failure.reason;
  }

  const timer = setInterval(watch, statusIntervalMs);
  const [first] = servers();
  return {
    port: first?.port ?? settings.config.port,
    metricsPort: first?.metricsPort,
    stop: async () => {
      // One that hangs now is killed in the end anyhow.
      isStopping = true;
      await stop();
      clearInterval(timer);
    },
  };
}

// By then its successor serves, or something keeps it from that, for which the next one need not wait.
const maxReplacingMs = 60_000;

/**
 * Kills a process that hangs, for the supervisor to fork another. One after the other: what makes processes hang may pass
 * by itself, and while one begins anew the others keep what they have in memory, and their connections.
 */
function createReplacing(
  running: ReadonlyMap<string, Supervised<HttpProcess>>,
  count: () => void,
  log: Logger,
): () => void {
  let last: { readonly name: string; readonly child: HttpProcess; readonly atMs: number } | undefined;
  const isUnderWay = (): boolean =>
    last !== undefined &&
    running.get(last.name)?.current() === last.child &&
    performance.now() - last.atMs < maxReplacingMs;
  return () => {
    if (isUnderWay()) return;
    for (const [name, supervised] of running) {
      const child = supervised.current();
      if (child === last?.child || !child.isHanging()) continue;
      last = { name, child, atMs: performance.now() };
      count();
      log.error(
        { processName: name, childPid: child.pid, silenceMs },
        'an HTTP process does not answer: it is killed, and another one takes its place',
      );
      child.kill();
      return;
    }
  };
}

/**
 * What one child after the other under the same name has counted. A counter never goes back behind what was shown, even
 * where a child has been killed.
 */
function createCounts() {
  let current: HttpProcess | undefined;
  let ended: MetricsSnapshot = [];
  let last: MetricsSnapshot = [];
  return {
    remember: (snapshot: MetricsSnapshot): void => {
      last = cumulativePart(snapshot);
    },
    last: (): MetricsSnapshot => last,
    follow: (child: HttpProcess): void => {
      current = child;
    },
    /** Before another child begins at zero. */
    keepForEver: async (): Promise<void> => {
      current = undefined;
      ended = await addSnapshots([ended, last]);
      last = [];
    },
    collect: async (): Promise<MetricsSnapshot> => {
      const counted = current ? await current.collect(collectTimeoutMs) : last;
      return addSnapshots([ended, counted]);
    },
  };
}
