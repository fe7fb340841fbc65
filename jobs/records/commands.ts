import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { type TransactionSource, withTransaction } from '../../database/transaction.ts';
import type { Action, JobPriority } from '../actions/action.ts';
import { enqueueJobs, type NewJob } from './enqueue.ts';
import { canceledLine } from './end-job.ts';
import { assertWithinLimit } from '../../settings/limits.ts';
import { appendJobLog } from './logs.ts';
import { findJob, lockJob, type JobRow } from './queries.ts';
import { isOver } from './stage.ts';
import { requestStops } from './stops.ts';

/** What somebody asks for with `POST /api/v0/jobs`; durations are valid Go duration strings, empty for none. */
export interface JobRequest {
  readonly action: Action;
  readonly parameters: Readonly<Record<string, string>>;
  readonly capacityMap: Readonly<Record<string, number>>;
  readonly scheduledAt: Date | undefined;
  readonly retries: number;
  readonly deadline: string;
  readonly stopTimeout: string;
  readonly requestedBy: string;
  /** The name of the cron that somebody has triggered. */
  readonly cron?: string | undefined;
}

/**
 * Makes a job and writes down that it is to be started. After this the caller wakes the dispatcher.
 *
 * @throws LimitReachedError where too many that the same account has asked for wait
 */
export async function submitJob(source: TransactionSource, request: JobRequest): Promise<JobRow> {
  const id = newJobId(request.action.name);
  return makeJob(source, {
    id,
    action: request.action.name,
    parameters: request.parameters,
    capacityMap: request.capacityMap,
    scheduledAt: request.scheduledAt,
    retriesLeft: request.retries,
    retriesTotal: request.retries,
    retryFromId: id,
    deadline: request.deadline,
    stopTimeout: request.stopTimeout,
    trigger: 'api',
    requestedBy: request.requestedBy,
    namespace: '',
    repository: '',
    cron: request.cron ?? '',
  });
}

/**
 * Makes a job that does again what one did that has ended, with all that this one was given. After this the caller wakes
 * the dispatcher.
 *
 * @throws LimitReachedError
 */
export async function rerunJob(source: TransactionSource, old: JobRow, requestedBy: string): Promise<JobRow> {
  const scheduledAt = undefined;
  const id = newJobId(old.action);
  const retriesLeft = old.retriesTotal;
  return makeJob(source, { ...old, id, retryFromId: old.id, retriesLeft, scheduledAt, trigger: 'api', requestedBy });
}

function newJobId(action: string): string {
  return `${action}:${randomUUID()}`;
}

async function makeJob(source: TransactionSource, newJob: NewJob): Promise<JobRow> {
  return withTransaction(source, async (tx) => {
    await enqueueJobs(tx, [newJob]);
    const job = await findJob(tx, newJob.id);
    if (!job) throw new Error(`job ${newJob.id} is not there in the transaction that made it`);
    await assertWithinLimit(tx, {
      limit: 'maxWaitingJobsPerAccount',
      place: job.requestedBy,
      things: `SELECT FROM jobs.jobs WHERE status = 'waiting' AND trigger = 'api' AND requested_by = $1`,
      values: [job.requestedBy],
    });
    return job;
  });
}

/** What came of a wish to cancel: `wakeDispatcher` says that Temporal has to be told. */
export type CancelOutcome = { found: false } | { found: true; wakeDispatcher: boolean };

/**
 * Cancels a job. One that Temporal has not heard of ends at once; a running one is asked to stop, and terminated after
 * its stop timeout; for one that has ended nothing changes.
 */
export async function cancelJob(source: TransactionSource, jobId: string, requestedBy: string): Promise<CancelOutcome> {
  return withTransaction(source, async (tx) => {
    const job = await lockJob(tx, jobId);
    if (!job) return { found: false };
    if (isOver(job)) return { found: true, wakeDispatcher: false };
    const isUnstarted = await withdrawStart(tx, jobId);
    await appendJobLog(tx, jobId, [
      { level: 'warn', msg: 'cancel requested', requestedBy },
      ...(isUnstarted ? [canceledLine] : []),
    ]);
    if (isUnstarted) {
      await tx.query(`UPDATE jobs.jobs SET status = 'cancel', ended_at = now(), last_updated = now() WHERE id = $1`, [
        jobId,
      ]);
      return { found: true, wakeDispatcher: false };
    }
    await tx.query(`UPDATE jobs.jobs SET status = 'cancel_request', last_updated = now() WHERE id = $1`, [jobId]);
    await requestStops(tx, [{ jobId, stopTimeout: job.stopTimeout, reason: `canceled by ${requestedBy}` }]);
    return { found: true, wakeDispatcher: true };
  });
}

/** Deletes a job with its log, and cancels its workflow if that still runs. */
export async function deleteJob(source: TransactionSource, jobId: string): Promise<CancelOutcome> {
  return withTransaction(source, async (tx) => {
    const job = await lockJob(tx, jobId);
    if (!job) return { found: false };
    if (isOver(job) || (await withdrawStart(tx, jobId))) {
      await tx.query('DELETE FROM jobs.jobs WHERE id = $1', [jobId]);
      return { found: true, wakeDispatcher: false };
    }
    // The row stays, unseen, until the workflow has ended: it is how its end is recognized.
    await tx.query(`UPDATE jobs.jobs SET status = 'deleted', last_updated = now() WHERE id = $1`, [jobId]);
    await tx.query('DELETE FROM jobs.log_lines WHERE job_id = $1', [jobId]);
    await requestStops(tx, [{ jobId, stopTimeout: job.stopTimeout, reason: 'the job was deleted' }]);
    return { found: true, wakeDispatcher: true };
  });
}

/** Takes back an order to start that has not been carried out. While the dispatcher has it in hand, this waits. */
async function withdrawStart(tx: pg.PoolClient, jobId: string): Promise<boolean> {
  const { rowCount } = await tx.query(`DELETE FROM jobs.outbox WHERE job_id = $1 AND command = 'start'`, [jobId]);
  return rowCount === 1;
}

/** What came of a wish to change a job's priority. */
export type PriorityOutcome = { kind: 'changed'; job: JobRow } | { kind: 'missing' } | { kind: 'not-waiting' };

/**
 * Changes the priority of a job that waits for its first admission. One that an order to Temporal is under way for, or that
 * runs, keeps what it has.
 */
export async function changePriority(
  source: TransactionSource,
  jobId: string,
  priority: JobPriority,
): Promise<PriorityOutcome> {
  return withTransaction(source, async (tx) => {
    const job = await lockJob(tx, jobId);
    if (!job) return { kind: 'missing' };
    if (job.priority === priority) return { kind: 'changed', job };
    // While the dispatcher has the order in hand, this waits.
    const { rowCount } = await tx.query(
      // A run of a cron waits as an order to proceed, and so does a running job between two attempts.
      `UPDATE jobs.outbox SET priority = $2
       WHERE job_id = $1 AND command IN ('start', 'proceed') AND state <> 'order' AND $3`,
      [jobId, priority, job.status === 'waiting'],
    );
    if (rowCount === 0) return { kind: 'not-waiting' };
    await tx.query('UPDATE jobs.jobs SET priority = $2, last_updated = now() WHERE id = $1', [jobId, priority]);
    const changed = await findJob(tx, jobId);
    return changed ? { kind: 'changed', job: changed } : { kind: 'missing' };
  });
}
