import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type pg from 'pg';
import type { LdapConfig } from '../config/load.ts';
import type { Listener } from '../database/listener.ts';
import type { WakeUp } from '../database/wake-up.ts';
import { createOutboundClient } from '../outbound/client.ts';
import type { BlobStore } from '../registry/store/blob-store.ts';
import type { CoherentCache } from '../registry/cache/coherent-cache.ts';
import { createCollectionMetrics } from '../telemetry/collection-metrics.ts';
import { createJobLines, observeAll } from '../telemetry/job-lines.ts';
import { createJobMetrics } from '../telemetry/job-metrics.ts';
import type { Logger } from '../log/logger.ts';
import type { MetricsSnapshot } from '../telemetry/snapshot.ts';
import { bundleWorkflows } from '../workers/bundle.ts';
import { startDispatcher } from '../workers/dispatcher.ts';
import { startHeartbeat } from '../workers/heartbeat.ts';
import { startReconciler } from '../workers/reconciler.ts';
import { startSchedules } from '../workers/schedules.ts';
import { registerSearchAttributes } from '../workers/search-attributes.ts';
import { connectTemporal, installTemporalRuntime, type TemporalTarget } from '../workers/temporal.ts';
import { startWorkers } from '../workers/workers.ts';
import packageJson from '../package.json' with { type: 'json' };

const { version } = packageJson;

export interface WorkerRoleDeps {
  readonly pool: pg.Pool;
  readonly listener: Listener;
  readonly blobStore: BlobStore;
  readonly cache: Pick<CoherentCache, 'publish'>;
  readonly temporal: TemporalTarget;
  readonly wakeDispatcher: WakeUp;
  readonly wakeFollowers: WakeUp;
  readonly outboundAllowPrivate: boolean;
  readonly webhookRetryDelayMs: number;
  readonly analyticsUrl: string | undefined;
  readonly publicUrl: string;
  readonly uploadExpiryMs: number;
  readonly ldap: LdapConfig | undefined;
  readonly shutdownGraceMs: number;
  /** The deployment whose capacity this worker offers. */
  readonly deployment: string;
  /** What this process plays, for people. */
  readonly roles: ReadonlySet<string>;
  /** Whether Temporal is to give workers only what their version may run. */
  readonly temporalWorkerVersioning: boolean;
  /** host:port where Temporal's SDK serves its own metrics; undefined: nowhere. */
  readonly temporalMetricsAddress: string | undefined;
  readonly log: Logger;
}

export interface WorkerRole {
  isReady(): boolean;
  /** What this process counts of jobs and of garbage collection. */
  metrics(): Promise<MetricsSnapshot>;
  close(): Promise<void>;
}

/**
 * Plays the role `worker`: the workers of every task queue, and the loops that carry orders to Temporal and its news
 * back. Once in a process.
 *
 * @throws TemporalUnreachableError
 */
export async function startWorkerRole(deps: WorkerRoleDeps): Promise<WorkerRole> {
  const { pool, listener, log, publicUrl, temporal: target } = deps;
  installTemporalRuntime(log, deps.temporalMetricsAddress);
  const bundling = bundleWorkflows();
  // Awaited below; a failure before that must not count as unhandled.
  bundling.catch(() => undefined);
  // In a container every start has the same host and process id, and is another worker.
  const workerId = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  const metrics = createJobMetrics();
  const collection = createCollectionMetrics();
  const observer = observeAll(metrics.observer, createJobLines(log));
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
      version,
      isVersioned: deps.temporalWorkerVersioning,
      observer,
      collectionObserver: collection.observer,
    });
    const heartbeat = await startHeartbeat({
      pool,
      worker: { id: workerId, deployment: deps.deployment, version, roles: [...deps.roles] },
      slots: () => workers.slots(),
      wakeDispatcher: deps.wakeDispatcher,
      log,
    });
    const loops = [
      startDispatcher({ pool, listener, temporal, publicUrl, observer, log }),
      startReconciler({ pool, temporal, wakeDispatcher: deps.wakeDispatcher, observer, log }),
      startSchedules({ pool, listener, temporal, publicUrl, log }),
    ];
    return {
      isReady: () => workers.isReady(),
      metrics: async () => [...(await metrics.snapshot()), ...(await collection.snapshot())],
      close: async () => {
        await Promise.all(loops.map((loop) => loop.close()));
        log.info({ workerId }, 'the worker takes no more work, and ends what it has');
        await heartbeat.drain();
        await workers.close();
        await heartbeat.close();
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
