import { hostname } from 'node:os';
import type pg from 'pg';
import type { Listener } from '../database/listener.ts';
import type { WakeUp } from '../jobs/wake-up.ts';
import { createOutboundClient } from '../outbound/client.ts';
import type { BlobStore } from '../registry/blob-store.ts';
import type { CoherentCache } from '../registry/coherent-cache.ts';
import type { Logger } from '../telemetry/logger.ts';
import { bundleWorkflows } from '../workers/bundle.ts';
import { startDispatcher } from '../workers/dispatcher.ts';
import { startReconciler } from '../workers/reconciler.ts';
import { startSchedules } from '../workers/schedules.ts';
import { registerSearchAttributes } from '../workers/search-attributes.ts';
import { connectTemporal, installTemporalRuntime, type TemporalTarget } from '../workers/temporal.ts';
import { startWorkers } from '../workers/workers.ts';

export interface WorkerRoleDeps {
  readonly pool: pg.Pool;
  readonly listener: Listener;
  readonly blobStore: BlobStore;
  readonly cache: Pick<CoherentCache, 'publish'>;
  readonly temporal: TemporalTarget;
  readonly wakeDispatcher: WakeUp;
  readonly wakeFollowers: WakeUp;
  readonly publicUrl: string;
  readonly outboundAllowPrivate: boolean;
  readonly webhookRetryDelayMs: number;
  readonly uploadExpiryMs: number;
  readonly shutdownGraceMs: number;
  readonly log: Logger;
}

export interface WorkerRole {
  isReady(): boolean;
  close(): Promise<void>;
}

/**
 * Plays the role `worker`: the workers of every task queue, and the loops that carry orders to Temporal and its news
 * back. Once in a process.
 *
 * @throws TemporalUnreachableError
 */
export async function startWorkerRole(deps: WorkerRoleDeps): Promise<WorkerRole> {
  const { pool, listener, log, temporal: target } = deps;
  installTemporalRuntime(log);
  const bundling = bundleWorkflows();
  // Awaited below; a failure before that must not count as unhandled.
  bundling.catch(() => undefined);
  const workerId = `${hostname()}-${process.pid}`;
  const connections = await connectTemporal(target, workerId);
  const outbound = createOutboundClient({ allowPrivate: deps.outboundAllowPrivate });
  try {
    const temporal = connections.client;
    await registerSearchAttributes(connections.connection, target.namespace);
    const workers = await startWorkers({
      ...deps,
      connection: connections.native,
      namespace: target.namespace,
      bundle: await bundling,
      outbound,
      workerId,
    });
    const loops = [
      startDispatcher({ pool, listener, temporal, log }),
      startReconciler({ pool, temporal, wakeDispatcher: deps.wakeDispatcher, log }),
      startSchedules({ pool, listener, temporal, log }),
    ];
    return {
      isReady: () => workers.isReady(),
      close: async () => {
        await Promise.all(loops.map((loop) => loop.close()));
        await workers.close();
        await outbound.close();
        await connections.close();
      },
    };
  } catch (error) {
    await outbound.close();
    await connections.close();
    throw error;
  }
}
