import type pg from 'pg';
import { createListener, type Listener } from '../database/listener.ts';
import { createPool } from '../database/pool.ts';
import { createWakeUp, outboxChannel, type WakeUp } from '../database/wake-up.ts';
import type { BlobStore } from '../registry/store/blob-store.ts';
import { cacheApplicationName } from '../registry/cache/invalidations.ts';
import { type CoherentCache, createCoherentCache } from '../registry/cache/coherent-cache.ts';
import type { Logger } from '../log/logger.ts';
import { type BlobStoreConfig, openBlobStore } from './blob-store.ts';

/** What all roles of one process share. */
export interface Resources {
  readonly pool: pg.Pool;
  readonly listener: Listener;
  readonly blobStore: BlobStore;
  readonly cache: CoherentCache;
  readonly wakeDispatcher: WakeUp;
  readonly onWakeUpError: (error: Error) => void;
  close(): Promise<void>;
}

export interface ResourcesOptions extends BlobStoreConfig {
  readonly databaseUrl: string;
  readonly maxConnections: number;
  /** Whether this process answers requests from its cache, and so has to hear of changes before they are answered. */
  readonly servesRegistry: boolean;
  readonly log: Logger;
}

/** Opens the pool of this process. */
export function openPool({
  databaseUrl,
  maxConnections,
  log,
}: Pick<ResourcesOptions, 'databaseUrl' | 'maxConnections' | 'log'>): pg.Pool {
  return createPool({
    connectionString: databaseUrl,
    applicationName: 'jobrunner',
    maxConnections,
    answerTimeoutMs: 40_000,
    onError: (error) => log.warn({ err: error }, 'an idle database connection broke'),
  });
}

/**
 * Opens what the roles of this process share.
 *
 * @throws BucketUnusableError, or the error of the file system where the folder of blobs cannot be made or written
 */
export async function openResources(options: ResourcesOptions): Promise<Resources> {
  const { databaseUrl, log } = options;
  const { blobStore, close: closeBlobStore } = await openBlobStore(options, log);
  const pool = openPool(options);
  const listener = createListener({
    connectionString: databaseUrl,
    applicationName: options.servesRegistry ? cacheApplicationName : 'jobrunner',
    onError: (error) => log.warn({ err: error }, 'the listening database connection broke'),
  });
  const cache = createCoherentCache({ pool, listener, log });
  const onWakeUpError = (error: Error): void => log.warn({ err: error }, 'a wake-up was not sent');
  return {
    pool,
    listener,
    blobStore,
    cache,
    wakeDispatcher: createWakeUp(pool, outboxChannel, onWakeUpError),
    onWakeUpError,
    close: async () => {
      cache.close();
      await listener.close();
      await pool.end();
      closeBlobStore();
    },
  };
}
