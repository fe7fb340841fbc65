import { setTimeout as delay } from 'node:timers/promises';
import {
  Worker,
  type NativeConnection,
  type WorkerDeploymentOptions,
  type WorkerOptions,
  type WorkflowBundle,
} from '@temporalio/worker';
import type pg from 'pg';
import type { CollectionObserver } from '../activities/collection-observer.ts';
import type { JobObserver } from '../jobs/records/records.ts';
import type { LdapConfig } from '../config/load.ts';
import type { WakeUp } from '../database/wake-up.ts';
import type { WorkerSlots } from '../jobs/queue/worker-records.ts';
import type { OutboundClient } from '../outbound/client.ts';
import type { BlobStore } from '../registry/store/blob-store.ts';
import type { CoherentCache } from '../registry/cache/coherent-cache.ts';
import type { Logger } from '../log/logger.ts';
import { taskQueues, type TaskQueue } from '../jobs/task-queues.ts';
import { createActivities, unknownActivity } from './activities.ts';
import { claimJobs } from './claim-interceptor.ts';
import { reportFailedAttempts } from './activity-interceptor.ts';

export interface WorkersDeps {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly bundle: WorkflowBundle;
  readonly pool: pg.Pool;
  readonly blobStore: BlobStore;
  readonly cache: Pick<CoherentCache, 'publish'>;
  readonly outbound: OutboundClient;
  readonly wakeDispatcher: WakeUp;
  readonly wakeFollowers: WakeUp;
  readonly log: Logger;
  /** Shown in the Temporal UI, and as the `workerID` of jobs. */
  readonly workerId: string;
  /** The version of this program, as histories show it. */
  readonly version: string;
  /** Whether Temporal is to give workers only what their version may run. */
  readonly isVersioned: boolean;
  /** Told of every start and end of a job. */
  readonly observer?: JobObserver;
  /** Told of what garbage collection has done. */
  readonly collectionObserver?: CollectionObserver;
  readonly webhookRetryDelayMs: number;
  /** Where reports of the use go; undefined: nowhere. */
  readonly analyticsUrl: string | undefined;
  /** How clients reach this server. */
  readonly publicUrl: string;
  /** How long an upload may lie still before it is purged. */
  readonly uploadExpiryMs: number;
  /** The directory that `ldap_sync` reads; undefined: there is none. */
  readonly ldap: LdapConfig | undefined;
  /** How long running activities may go on once the workers are closed; then they are cancelled. */
  readonly shutdownGraceMs: number;
  /** Extra options for tests: no cache of workflows, nondeterminism as failure. */
  readonly overrides?: Pick<WorkerOptions, 'maxCachedWorkflows' | 'workflowFailureErrorTypes'>;
}

/** The workers of a process, one for each task queue. */
export interface Workers {
  /** Whether every worker is polling. */
  isReady(): boolean;
  /** How busy they are. */
  slots(): WorkerSlots[];
  /** Stops polling, waits for what runs, and gives the rest back to Temporal. */
  close(): Promise<void>;
}

/** What Temporal calls all of our workers, whatever deployment of ours they belong to: they share their task queues. */
export const temporalDeploymentName = 'jobrunner';
const restartDelayMs = 2_000;
/** After the grace a cancelled activity has this long to stop. */
const forceAfterMs = 5_000;

/** Starts the workers. One that breaks is made again. */
export async function startWorkers(deps: WorkersDeps): Promise<Workers> {
  const queues = await Promise.all(
    queueOptions(deps).map((options) =>
      runForEver(
        () => Worker.create({ ...commonOptions(deps), ...options }),
        deps.log,
        deps.shutdownGraceMs + 2 * forceAfterMs,
      ),
    ),
  );
  return {
    isReady: () => queues.every((queue) => queue.isReady()),
    slots: () => queues.flatMap((queue) => queue.slots()),
    close: async () => {
      await Promise.all(queues.map((queue) => queue.close()));
    },
  };
}

/** Every limit is written out: the defaults suit nobody in particular. */
function queueOptions(deps: WorkersDeps): Omit<WorkerOptions, keyof ReturnType<typeof commonOptions>>[] {
  const activities = createActivities(deps);
  const of = (taskQueue: TaskQueue) => ({
    taskQueue,
    activities: { ...activities[taskQueue], default: unknownActivity },
  });
  return [
    {
      ...of(taskQueues.control),
      workflowBundle: deps.bundle,
      // Half a megabyte each. One that waits for long is read again from its short history.
      maxCachedWorkflows: 250,
      maxConcurrentWorkflowTaskExecutions: 40,
      maxConcurrentLocalActivityExecutions: 40,
      maxConcurrentActivityTaskExecutions: 10,
      ...deps.overrides,
    },
    {
      ...of(taskQueues.maintenance),
      maxConcurrentActivityTaskExecutions: 4,
    },
    {
      ...of(taskQueues.webhook),
      maxConcurrentActivityTaskExecutions: 50,
    },
  ];
}

function commonOptions(deps: WorkersDeps) {
  return {
    connection: deps.connection,
    namespace: deps.namespace,
    identity: deps.workerId,
    workerDeploymentOptions: deploymentOptions(deps),
    interceptors: { activity: [claimJobs(deps.pool, deps), reportFailedAttempts(deps.pool, deps.log)] },
    shutdownGraceTime: deps.shutdownGraceMs,
    shutdownForceTime: deps.shutdownGraceMs + forceAfterMs,
    // A cancel reaches an activity with its next heartbeat: within 2 s, whatever its heartbeat timeout is.
    maxHeartbeatThrottleInterval: '2 seconds',
  } satisfies Partial<WorkerOptions>;
}

/** Workflows follow the current version: each is changed only so that it replays what earlier ones have recorded. */
function deploymentOptions({ version: buildId, isVersioned }: WorkersDeps): WorkerDeploymentOptions {
  const version = { deploymentName: temporalDeploymentName, buildId };
  return isVersioned
    ? { version, useWorkerVersioning: true, defaultVersioningBehavior: 'AUTO_UPGRADE' }
    : { version, useWorkerVersioning: false };
}

interface RunningWorker {
  isReady(): boolean;
  slots(): WorkerSlots[];
  close(): Promise<void>;
}

function slotsOf(worker: Worker): WorkerSlots[] {
  const { taskQueue, maxConcurrentWorkflowTaskExecutions = 0 } = worker.options;
  const { maxConcurrentActivityTaskExecutions = 0, maxConcurrentLocalActivityExecutions = 0 } = worker.options;
  const status = worker.getStatus();
  const runsWorkflows = worker.options.workflowBundle !== undefined;
  return [
    {
      taskQueue,
      kind: 'activity',
      used: status.numInFlightNonLocalActivities,
      total: maxConcurrentActivityTaskExecutions,
    },
    ...(runsWorkflows
      ? [
          {
            taskQueue,
            kind: 'workflow' as const,
            used: status.numInFlightWorkflowActivations,
            total: maxConcurrentWorkflowTaskExecutions,
          },
          {
            taskQueue,
            kind: 'localActivity' as const,
            used: status.numInFlightLocalActivities,
            total: maxConcurrentLocalActivityExecutions,
          },
        ]
      : []),
  ];
}

/** @param limitMs longest wait for the worker's end, once it is closed */
async function runForEver(create: () => Promise<Worker>, log: Logger, limitMs: number): Promise<RunningWorker> {
  const stop = new AbortController();
  // The first is made here, so that a worker that can never run is known at start.
  let worker: Worker | undefined = await create();

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        worker ??= await create();
        await worker.run();
        return;
      } catch (error) {
        log.error({ err: error, taskQueue: worker?.options.taskQueue }, 'a worker broke; starting it again');
      }
      worker = undefined;
      await delay(restartDelayMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  }
  const running = run();

  return {
    isReady: () => worker?.getState() === 'RUNNING',
    slots: () => (worker?.getState() === 'RUNNING' ? slotsOf(worker) : []),
    close: async () => {
      stop.abort();
      if (worker?.getState() === 'RUNNING') worker.shutdown();
      // Without a Temporal that answers, a worker's shutdown may never end.
      const waiting = new AbortController();
      const isStuck = delay(limitMs, true, { signal: waiting.signal }).catch(() => false);
      if (await Promise.race([running.then(() => false), isStuck])) log.error({}, 'a worker did not stop in time');
      waiting.abort();
    },
  };
}
