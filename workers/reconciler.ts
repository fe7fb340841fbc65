import { WorkflowNotFoundError, type Client, type WorkflowExecutionStatusName } from '@temporalio/client';
import type pg from 'pg';
import { endJob } from '../jobs/end-job.ts';
import type { JobObserver } from '../jobs/records.ts';
import type { FinalStatus, JobStatus } from '../jobs/status.ts';
import type { WakeUp } from '../jobs/wake-up.ts';
import { jobFields } from '../telemetry/job-lines.ts';
import type { Logger } from '../telemetry/logger.ts';
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

interface UnfinishedJob {
  id: string;
  status: JobStatus;
  runId: string;
}

const batchSize = 100;
const rpcTimeoutMs = 5_000;

/**
 * Compares the rows of admitted jobs that have not ended with their workflows, and repairs those that Temporal knows better: terminated
 * from its UI, timed out, or gone with their history.
 */
export function startReconciler(deps: ReconcilerDeps): Polling {
  const checkAfterMs = deps.checkAfterMs ?? 15_000;
  return startPolling({
    name: 'job reconciler',
    intervalMs: Math.max(250, checkAfterMs / 3),
    log: deps.log,
    poll: async () => (await reconcileBatch(deps, checkAfterMs)) === batchSize,
  });
}

async function reconcileBatch(deps: ReconcilerDeps, checkAfterMs: number): Promise<number> {
  // Orders that are still on their way to Temporal are the dispatcher's.
  const { rows } = await deps.pool.query<UnfinishedJob>(
    `UPDATE jobs.jobs SET checked_at = now() WHERE id IN (
       SELECT id FROM jobs.jobs j
       WHERE admitted_at IS NOT NULL AND ended_at IS NULL AND checked_at < now() - $1 * interval '1 ms'
         AND NOT EXISTS (SELECT FROM jobs.outbox o WHERE o.job_id = j.id AND o.command = 'start')
       ORDER BY checked_at LIMIT $2 FOR UPDATE SKIP LOCKED)
     RETURNING id, status, run_id AS "runId"`,
    [checkAfterMs, batchSize],
  );
  for (const job of rows) await reconcile(deps, job);
  return rows.length;
}

async function reconcile(
  { pool, temporal, wakeDispatcher, observer, log }: ReconcilerDeps,
  job: UnfinishedJob,
): Promise<void> {
  const status = await temporal.withDeadline(Date.now() + rpcTimeoutMs, () => statusOf(temporal, job.id));
  if (status === undefined && job.status === 'waiting') {
    // Temporal has lost it before it ever ran: start it again.
    log.warn(jobFields(job.id), 'Temporal does not know a waiting job; starting it again');
    await pool.query(`INSERT INTO jobs.outbox (job_id, command) VALUES ($1, 'start') ON CONFLICT DO NOTHING`, [job.id]);
    wakeDispatcher.send();
    return;
  }
  const end = status === undefined ? lostEnd(job.status) : ends[status];
  if (!end) return;
  const fields = { ...jobFields(job.id, job.runId), status: job.status, workflowStatus: status ?? 'NOT_FOUND' };
  log.warn(fields, 'repairing a job row');
  if (await endJob(pool, { jobId: job.id, ...end }, observer)) wakeDispatcher.send();
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

async function statusOf(temporal: Client, jobId: string): Promise<WorkflowExecutionStatusName | undefined> {
  try {
    const { status } = await temporal.workflow.getHandle(jobId).describe();
    return status.name;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
