import type { Config } from '../config/load.ts';
import { startPostgres, type PostgresServer } from './postgres.ts';
import type { Progress } from './progress.ts';
import { supervise } from '../server/supervisor.ts';
import { temporalBinary } from './temporal-binary.ts';
import { startTemporal, type TemporalServer } from './temporal.ts';

/** The servers that this machine's installation stands on. */
export interface Stack {
  readonly databaseUrl: string;
  /** host:port of the frontend. */
  readonly temporalAddress: string;
  /** Where its UI listens, for this program alone; undefined where somebody else runs Temporal. */
  readonly temporalUiUrl: string | undefined;
  /** Ends the servers that were started here: Temporal, then PostgreSQL, which outlives whoever may use it. */
  stop(): Promise<void>;
  /** The same at once, without tidying up. */
  kill(): void;
}

export interface StackOptions {
  readonly config: Config;
  readonly progress: Progress;
  /** Told when a server had to be started again. */
  readonly log: (message: string) => void;
  /** Ends a long start. */
  readonly signal: AbortSignal;
}

// Where Temporal's own tools look for it.
const temporalFrontendPort = 7233;

// For those who look into the database while all of ours are taken.
const spareConnections = 20;

interface Controls {
  stop(): Promise<void>;
  kill(): void;
}

/**
 * Starts PostgreSQL and Temporal side by side, each only if the configuration names no other, and keeps them running.
 *
 * @throws StartError where one of them cannot be started; then the other has been stopped
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { config } = options;
  const [database, temporal] = await Promise.allSettled([
    config.databaseUrl === undefined ? runPostgres(options) : { url: config.databaseUrl, controls: undefined },
    config.temporal.address === undefined
      ? runTemporal(options)
      : { address: config.temporal.address, uiUrl: undefined, controls: undefined },
  ]);
  const controls: Controls[] = [];
  if (temporal.status === 'fulfilled' && temporal.value.controls) controls.push(temporal.value.controls);
  if (database.status === 'fulfilled' && database.value.controls) controls.push(database.value.controls);
  const stop = async (): Promise<void> => {
    for (const server of controls) await server.stop();
  };
  if (database.status === 'rejected' || temporal.status === 'rejected') {
    await stop();
    throw database.status === 'rejected' ? database.reason : (temporal as PromiseRejectedResult).reason;
  }
  return {
    databaseUrl: database.value.url,
    temporalAddress: temporal.value.address,
    temporalUiUrl: temporal.value.uiUrl,
    stop,
    kill: () => controls.forEach((server) => server.kill()),
  };
}

async function runPostgres({ config, progress, log }: StackOptions): Promise<{ url: string; controls: Controls }> {
  const { dataDir } = config;
  const maxConnections = config.databaseConnections + spareConnections;
  const onProgress = (message: string): void => progress.note(message);
  const controls = await progress.step('PostgreSQL', () =>
    supervise<PostgresServer>({
      name: 'PostgreSQL',
      log,
      start: (previous) =>
        startPostgres({ dataDir, onProgress, maxConnections, ...(previous && { port: previous.port }) }),
    }),
  );
  return { url: controls.current().url, controls };
}

async function runTemporal({ config, progress, log, signal }: StackOptions): Promise<{
  address: string;
  uiUrl: string;
  controls: Controls;
}> {
  const onProgress = (message: string): void => progress.note(message);
  const controls = await progress.step('Temporal', async () => {
    const binary = await temporalBinary({ onProgress, signal });
    return supervise<TemporalServer>({
      name: 'Temporal',
      log,
      start: (previous) =>
        startTemporal({
          binary,
          dataDir: config.dataDir,
          namespace: config.temporal.namespace,
          frontendPort: temporalFrontendPort,
          ...(previous && { previous }),
          reservedPort: config.port,
          onProgress,
        }),
    });
  });
  const { address, uiUrl } = controls.current();
  return { address, uiUrl, controls };
}
