import { WorkflowNotFoundError, type Client, type WorkflowExecutionStatusName } from '@temporalio/client';
import type pg from 'pg';
import { orderStartAgain } from '../jobs/queue/orders.ts';
import { endJob } from '../jobs/records/end-job.ts';
import type { JobObserver } from '../jobs/records/records.ts';
import { reopenReset } from '../jobs/records/reset-job.ts';
import {
  findRunsAfterEnd,
  takeUncheckedJobs,
  type UnfinishedJob,
  type WorkflowRun,
} from '../jobs/records/unchecked-jobs.ts';
import type { FinalStatus, JobStatus } from '../jobs/records/status.ts';
import type { WakeUp } from '../database/wake-up.ts';
import { jobFields } from '../telemetry/job-lines.ts';
import type { Logger } from '../log/logger.ts';
import { startPolling, type Polling } from './polling.ts';

export interface ReconcilerDeps {
  readonly pool: pg.Pool;
  readonly temporal: Client;
  readonly wakeDispatcher: WakeUp;
  readonly observer?: JobObserver;
  readonly log: Logger;
  /** How long a row may go unchecked. Default 15 s. */
  readonly checkAfterMs?: number;
}

const batchSize = 100;
const rpcTimeoutMs = 5_000;
const mostRunsSeen = 5_000;
// How old a list of Temporal may be, and how far its clock may be from ours.
const visibilityDelayMs = 60_000;

/**
 * Compares the rows of admitted jobs that have not ended with their workflows, and repairs those that Temporal knows better: terminated
 * from its UI, timed out, or gone with their history. Jobs that have ended and were reset there are shown as running again.
 */
export function startReconciler(deps: ReconcilerDeps): Polling {
  const checkAfterMs = deps.checkAfterMs ?? 15_000;
  let lookedAtMs = -Infinity;
  return startPolling({
    name: 'job reconciler',
    intervalMs: Math.max(250, checkAfterMs / 3),
    log: deps.log,
    poll: async () => {
      if (performance.now() - lookedAtMs >= checkAfterMs) {
        lookedAtMs = performance.now();
        await reopenResets(deps, 2 * checkAfterMs + visibilityDelayMs);
      }
      return (await reconcileBatch(deps, checkAfterMs)) === batchSize;
    },
  });
}

async function reconcileBatch(deps: ReconcilerDeps, checkAfterMs: number): Promise<number> {
  const jobs = await takeUncheckedJobs(deps.pool, checkAfterMs, batchSize);
  for (const job of jobs) await reconcile(deps, job);
  return jobs.length;
}

/** Finds jobs that have ended while another run of their workflow goes on, which began not long ago. */
async function reopenResets({ pool, temporal, log }: ReconcilerDeps, sinceMs: number): Promise<void> {
  const since = new Date(Date.now() - sinceMs).toISOString();
  const runs: WorkflowRun[] = [];
  await temporal.withDeadline(Date.now() + rpcTimeoutMs, async () => {
    const query = `ExecutionStatus = "Running" AND JobAction IS NOT NULL AND StartTime >= "${since}"`;
    for await (const { workflowId: id, runId, startTime: startedAt } of temporal.workflow.list({ query })) {
      if (runs.push({ id, runId, startedAt }) === mostRunsSeen) break;
    }
  });
  for (const { id, runId } of await findRunsAfterEnd(pool, runs)) {
    if (await reopenReset(pool, id, runId))
      log.warn(jobFields(id, runId), 'a job was reset in Temporal: it runs again');
  }
}

async function reconcile(
  { pool, temporal, wakeDispatcher, observer, log }: ReconcilerDeps,
  job: UnfinishedJob,
): Promise<void> {
  const run = await temporal.withDeadline(Date.now() + rpcTimeoutMs, () => lastRunOf(temporal, job.id));
  const status = run?.status;
  if (status === undefined && job.status === 'waiting') {
    // Temporal has lost it before it ever ran: start it again.
    log.warn(jobFields(job.id), 'Temporal does not know a waiting job; starting it again');
    await orderStartAgain(pool, job.id);
    wakeDispatcher.send();
    return;
  }
  const end = status === undefined ? lostEnd(job.status) : ends[status];
  if (!end) return;
  const fields = { ...jobFields(job.id, job.runId), status: job.status, workflowStatus: status ?? 'NOT_FOUND' };
  log.warn(fields, 'repairing a job row');
  if (await endJob(pool, { jobId: job.id, runId: run?.runId, ...end }, observer)) wakeDispatcher.send();
}

/** What somebody wanted to stop has stopped; anything else has failed, and is tried again if that was asked for. */
function lostEnd(status: JobStatus): { status: FinalStatus; failure: string } {
  const failure = 'Temporal no longer has the workflow of this job';
  return { status: status === 'cancel_request' ? 'cancel' : 'error', failure };
}

const ends: Partial<Record<WorkflowExecutionStatusName, { status: FinalStatus; failure?: string }>> = {
  COMPLETED: { status: 'done' },
  FAILED: { status: 'error', failure: 'the workflow failed; its history in the Temporal UI says why' },
  TIMED_OUT: { status: 'error', failure: 'the workflow timed out' },
  CANCELLED: { status: 'cancel' },
  TERMINATED: { status: 'cancel', failure: 'the workflow was terminated' },
};

interface LastRun {
  readonly runId: string;
  readonly status: WorkflowExecutionStatusName;
}

async function lastRunOf(temporal: Client, jobId: string): Promise<LastRun | undefined> {
  try {
    const { runId, status } = await temporal.workflow.getHandle(jobId).describe();
    return { runId, status: status.name };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
