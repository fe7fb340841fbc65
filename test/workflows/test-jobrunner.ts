import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client, Connection } from '@temporalio/client';
import type pg from 'pg';
import type { LdapConfig } from '../../config/load.ts';
import { createListener, type Listener } from '../../database/listener.ts';
import { submitJob, type JobRequest } from '../../jobs/records/commands.ts';
import { findAction } from '../../jobs/actions/catalogue.ts';
import { readJobLog } from '../../jobs/records/logs.ts';
import { findJob, type JobRow } from '../../jobs/records/queries.ts';
import { createWakeUp, outboxChannel, type WakeUp } from '../../database/wake-up.ts';
import { createOutboundClient } from '../../outbound/client.ts';
import { createCoherentCache } from '../../registry/cache/coherent-cache.ts';
import { createFilesystemBlobStore } from '../../registry/store/filesystem-blob-store.ts';
import type { BlobStore } from '../../registry/store/blob-store.ts';
import { createLogger } from '../../log/create-logger.ts';
import type { Logger } from '../../log/logger.ts';
import { startDispatcher } from '../../workers/dispatcher.ts';
import { startHeartbeat } from '../../workers/heartbeat.ts';
import { registerSearchAttributes } from '../../workers/search-attributes.ts';
import { connectTemporal, installTemporalRuntime } from '../../workers/temporal.ts';
import { startWorkers } from '../../workers/workers.ts';
import { createCleanUp, type CleanUp } from '../support/clean-up.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { startTestTemporal, type TestTemporal } from '../support/temporal.ts';
import { bundledWorkflows } from '../support/workflow-bundle.ts';

/** The jobrunner with real PostgreSQL, Temporal and blob store, in this process. */
export interface TestJobrunner {
  readonly pool: pg.Pool;
  readonly listener: Listener;
  readonly blobStore: BlobStore;
  /** Folder of the blob store. */
  readonly blobsPath: string;
  readonly temporal: Client;
  readonly connection: Connection;
  /** host:port of Temporal. */
  readonly address: string;
  readonly log: Logger;
  readonly wakeDispatcher: WakeUp;
  /** For what a test starts on top: closed before all of this. */
  readonly cleanUp: CleanUp;
  /** Makes a job and wakes the dispatcher. Returns its id. */
  submit(action: string, request?: Partial<Omit<JobRequest, 'action'>>): Promise<string>;
  /** Waits until the row of the job satisfies `isReached`; fails after 20 s, or `timeoutMs`. */
  waitFor(jobId: string, isReached: (job: JobRow) => boolean, timeoutMs?: number): Promise<JobRow>;
  /** Waits until the job has ended. */
  ended(jobId: string): Promise<JobRow>;
  /** The `msg` of every line of the job's log. */
  messages(jobId: string): Promise<string[]>;
}

const log = createLogger({ level: process.env['TEST_LOG_LEVEL'] ?? 'fatal' });
/** How clients reach the registry of tests. */
export const publicUrl = 'http://registry.example:8080';
/** What the workers of tests say they are. */
export const testVersion = '1.0.0';
const waitTimeoutMs = 20_000;
let isRuntimeInstalled = false;

/**
 * Starts it. Workflows are never cached, so that every task replays the whole history, and fail on nondeterminism.
 *
 * @param options.isCaching caches them, for tests that run several at once: without, each holds up the others for 10 s
 * @param options.settings settings of the Temporal server, each `name=value`
 * @param options.server a Temporal server that is there already, on which no other workers run; one of its own by default
 * @param options.isVersioned has Temporal tell versions of workers apart
 */
export async function startTestJobrunner(
  t: CleanUp,
  options: {
    settings?: readonly string[];
    webhookRetryDelayMs?: number;
    isVersioned?: boolean;
    ldap?: LdapConfig;
    analyticsUrl?: string;
    isCaching?: boolean;
    server?: TestTemporal;
  } = {},
): Promise<TestJobrunner> {
  if (!isRuntimeInstalled) installTemporalRuntime(log);
  isRuntimeInstalled = true;
  const bundling = bundledWorkflows();
  // Awaited below; a failure before that must not count as unhandled.
  bundling.catch(() => undefined);
  const cleanUp = createCleanUp(t);
  const { url, pool } = await createTestDatabase(cleanUp);
  const blobs = await mkdtemp(join(tmpdir(), 'jobrunner-test-blobs-'));
  cleanUp.after(() => rm(blobs, { recursive: true, force: true }));
  const server = options.server ?? (await startTestTemporal(cleanUp, options));

  const target = { address: server.address, namespace: server.namespace, apiKey: undefined, tls: undefined };
  const connections = await connectTemporal(target, 'test');
  const { client: temporal, connection, native } = connections;
  await registerSearchAttributes(connection, server.namespace);
  const listener = createListener({ connectionString: url, applicationName: 'test', onError: () => undefined });
  const wakeDispatcher = createWakeUp(pool, outboxChannel, (error) => log.error(error));
  const blobStore = await createFilesystemBlobStore({ rootPath: blobs });
  const cache = createCoherentCache({ pool, listener, log });
  const outbound = createOutboundClient({ allowPrivate: true });
  const workers = await startWorkers({
    connection: native,
    namespace: server.namespace,
    bundle: await bundling,
    pool,
    blobStore,
    cache,
    outbound,
    wakeDispatcher,
    wakeFollowers: { send: () => undefined },
    log,
    workerId: 'test-worker',
    version: testVersion,
    isVersioned: options.isVersioned ?? false,
    webhookRetryDelayMs: options.webhookRetryDelayMs ?? 50,
    analyticsUrl: options.analyticsUrl,
    publicUrl,
    uploadExpiryMs: 86_400_000,
    ldap: options.ldap,
    shutdownGraceMs: 1_000,
    overrides: {
      maxCachedWorkflows: options.isCaching ? 100 : 0,
      workflowFailureErrorTypes: { '*': ['NondeterminismError'] },
    },
  });
  const heartbeat = await startHeartbeat({
    pool,
    worker: { id: 'test-worker', deployment: 'default', version: 'test', roles: ['worker'] },
    slots: () => workers.slots(),
    wakeDispatcher,
    log,
  });
  const dispatcher = startDispatcher({ pool, listener, temporal, publicUrl, log });
  cleanUp.after(async () => {
    await dispatcher.close();
    await heartbeat.drain();
    await workers.close();
    await heartbeat.close();
    await outbound.close();
    cache.close();
    await listener.close();
    await connections.close();
  });

  async function waitFor(
    jobId: string,
    isReached: (job: JobRow) => boolean,
    timeoutMs = waitTimeoutMs,
  ): Promise<JobRow> {
    const deadlineMs = performance.now() + timeoutMs;
    for (;;) {
      const job = await findJob(pool, jobId);
      if (job && isReached(job)) return job;
      if (performance.now() > deadlineMs) throw new Error(`${jobId} is still ${JSON.stringify(job)}`);
      await delay(20);
    }
  }

  return {
    pool,
    listener,
    blobStore,
    blobsPath: blobs,
    temporal,
    connection,
    address: server.address,
    log,
    wakeDispatcher,
    cleanUp,
    submit: async (name, request = {}) => {
      const action = findAction(name);
      if (!action) throw new Error(`there is no action ${name}`);
      const defaults = { parameters: {}, capacityMap: {}, scheduledAt: undefined, retries: 0 };
      const job = await submitJob(pool, {
        ...defaults,
        deadline: '',
        stopTimeout: '',
        requestedBy: 'tester',
        ...request,
        action,
      });
      wakeDispatcher.send();
      return job.id;
    },
    waitFor,
    ended: (jobId) => waitFor(jobId, (job) => job.endedAt !== null),
    messages: async (jobId) => {
      const lines = await readJobLog(pool, jobId, { offset: 0, limit: 1_000 });
      return lines.map(({ data }) => (JSON.parse(data) as { msg: string }).msg);
    },
  };
}
