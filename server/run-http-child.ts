import { setTimeout as delay } from 'node:timers/promises';
import { createLogger } from '../log/create-logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { MetricsSnapshot } from '../telemetry/snapshot.ts';
import { silenceMs, type ChildSettings, type FromChild, type ToChild } from './http-messages.ts';
import { startHttpRoles, type HttpRoles } from './http-roles.ts';
import { ListenError } from './listen-error.ts';
import { openResources } from './resources.ts';

// More than the primary process takes to collect.
const scrapeTimeoutMs = 4_000;

/** Serves HTTP until the primary process says stop. Ends the process. */
export async function runHttpChild(): Promise<void> {
  const primary = listenToPrimary();
  primary.send({ type: 'loaded' });
  const settings = await primary.settings;
  const { config, roles, maxConnections, processName, logPath } = settings;
  const log = createLogger({ level: config.logLevel, ...(logPath !== undefined && { path: logPath }) });
  await using cleanUp = new AsyncDisposableStack();
  try {
    const resources = await openResources({ ...config, maxConnections, servesRegistry: roles.has('registry'), log });
    cleanUp.defer(() => resources.close());
    const http = await startHttpRoles({
      config,
      roles,
      resources,
      log,
      processName,
      problems: primary.problems,
      collect: primary.scrape,
    });
    cleanUp.defer(() => http.close());
    primary.serve(http);
    primary.send({ type: 'listening', port: http.port, metricsPort: http.metricsPort });
    await primary.stopped;
    await cleanUp.disposeAsync();
    // The IPC channel would keep it alive.
    process.exit(0);
  } catch (error) {
    // What the person who started it can mend, the primary process says.
    if (!(error instanceof ListenError)) log.error({ err: error }, 'an HTTP process failed');
    primary.send({ type: 'failed', message: (error as Error).message }, () => process.exit(1));
  }
}

interface Primary {
  readonly settings: Promise<ChildSettings>;
  readonly stopped: Promise<void>;
  readonly send: (message: FromChild, onSent?: () => void) => void;
  /** From now on metrics can be asked for. */
  readonly serve: (http: HttpRoles) => void;
  readonly problems: () => readonly string[];
  /** @throws Error where the primary process does not answer */
  readonly scrape: (own: Metrics) => Promise<readonly MetricsSnapshot[]>;
}

/** The primary process, as this one sees it. */
function listenToPrimary(): Primary {
  const settings = Promise.withResolvers<ChildSettings>();
  const stopped = Promise.withResolvers<void>();
  const scrapes = new Map<number, (snapshots: readonly MetricsSnapshot[]) => void>();
  let scrapeId = 0;
  let http: HttpRoles | undefined;
  let problems: readonly string[] = [];
  let heardAtMs = performance.now();

  const send = (message: FromChild, onSent?: () => void): void => {
    // Where it cannot be sent, the primary process is gone, and node:cluster ends this one.
    process.send?.(message, undefined, undefined, () => onSent?.());
  };

  async function answerCollect(id: number): Promise<void> {
    send({ type: 'metrics', id, snapshot: (await http?.metrics.snapshot()) ?? [] });
  }

  process.on('message', (message: ToChild) => {
    heardAtMs = performance.now();
    switch (message.type) {
      case 'start':
        settings.resolve(message.settings);
        break;
      case 'status':
        problems = message.problems;
        send({ type: 'alive' });
        break;
      case 'collect':
        void answerCollect(message.id);
        break;
      case 'collected':
        scrapes.get(message.id)?.(message.snapshots);
        break;
      case 'stop':
        stopped.resolve();
        break;
    }
  });

  return {
    settings: settings.promise,
    stopped: stopped.promise,
    send,
    serve: (started) => {
      http = started;
    },
    problems: () =>
      performance.now() - heardAtMs > silenceMs ? [...problems, 'the primary process does not answer'] : problems,
    scrape: async () => {
      const id = ++scrapeId;
      const answered = Promise.withResolvers<readonly MetricsSnapshot[]>();
      const waiting = new AbortController();
      scrapes.set(id, answered.resolve);
      try {
        send({ type: 'scrape', id });
        const late = delay(scrapeTimeoutMs, undefined, { signal: waiting.signal }).then(
          () => {
            throw new Error('the primary process does not give the metrics');
          },
          () => [],
        );
        return await Promise.race([answered.promise, late]);
      } finally {
        scrapes.delete(id);
        waiting.abort();
      }
    },
  };
}
