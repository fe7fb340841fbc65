import type pg from 'pg';
import type { Queryable } from '../../database/pool.ts';
import { withTransaction } from '../../database/transaction.ts';
import { deadlineFailure } from './deadlines.ts';
import { enqueueJobs } from './enqueue.ts';
import { logLine, type LogEntry } from './logs.ts';
import { jobColumns, type JobRow } from './queries.ts';
import { nobody, type JobObserver } from './records.ts';
import { reopenReset } from './reset-job.ts';
import { jobIs } from './stage.ts';
import type { FinalStatus } from './status.ts';

export interface JobEnd {
  readonly jobId: string;
  /** The run of the workflow that ended; undefined where nobody knows. */
  readonly runId?: string | undefined;
  readonly status: FinalStatus;
  readonly result?: unknown;
  /** One line for people. */
  readonly failure?: string | undefined;
  /** Who came to the end, for a job that no worker has any more. */
  readonly workerId?: string | undefined;
}

/** Why a job is tried again. */
interface Retry {
  readonly id: string;
  readonly retriesLeft: number;
}

/**
 * Marks a job as ended, and where it failed with retries left makes the job that tries again. A job that was stopped because
 * its deadline had passed has failed by that, whatever its workflow made of it. Only the first call for a run has an effect,
 * so the worker and the reconciler may both come to it; a run that comes after it was reset in Temporal.
 *
 * @returns whether jobs wait for the dispatcher: the one that tries again, or those that the place is now free for
 */
export async function endJob(pool: pg.Pool, end: JobEnd, observer: JobObserver = nobody): Promise<boolean> {
  // What cannot be followed by another try needs no transaction around its one statement.
  const done = end.status === 'done' ? await markEnded(pool, end, undefined) : undefined;
  const ended = done
    ? { ...end, job: done, retry: undefined }
    : await withTransaction(pool, (tx) => endLocked(tx, end));
  if (!ended) return false;
  const { jobId, status, failure, job, retry } = ended;
  const { runId, action, startedAt, endedAt } = job;
  const runMs = startedAt && endedAt ? endedAt.getTime() - startedAt.getTime() : undefined;
  observer.ended({ jobId, runId, action, status, runMs, isRetried: retry !== undefined, failure });
  return retry !== undefined || job.hasQueue;
}

async function endLocked(
  tx: pg.PoolClient,
  end: JobEnd,
): Promise<(JobEnd & { readonly job: EndedJob; readonly retry: Retry | undefined }) | undefined> {
  await tx.query(`DELETE FROM jobs.jobs WHERE id = $1 AND status = 'deleted'`, [end.jobId]);
  if (end.runId) await reopenReset(tx, end.jobId, end.runId);
  const { rows } = await tx.query<JobRow & { readonly isDeadlinePassed: boolean }>(
    `SELECT ${jobColumns}, deadline_passed_at IS NOT NULL AS "isDeadlinePassed" FROM jobs.jobs
     WHERE id = $1 AND ${jobIs.open} FOR UPDATE`,
    [end.jobId],
  );
  const [before] = rows;
  if (!before) {
    // An order to start is the dispatcher's: it may hold it still, for the rest of its batch.
    await tx.query(`DELETE FROM jobs.outbox WHERE job_id = $1 AND command <> 'start'`, [end.jobId]);
    return undefined;
  }
  const isLate = end.status === 'cancel' && before.isDeadlinePassed && before.status !== 'cancel_request';
  const final: JobEnd = isLate ? { ...end, status: 'error', failure: deadlineFailure(before.deadline) } : end;
  const retry = final.status === 'error' ? retryOf(before) : undefined;
  const job = await markEnded(tx, final, retry);
  if (!job) throw new Error(`job ${end.jobId} was not ended in the transaction that has locked it`);
  if (retry) {
    const { id, retriesLeft } = retry;
    await enqueueJobs(tx, [
      { ...before, id, retriesLeft, retryFromId: before.id, trigger: 'retry', scheduledAt: undefined },
    ]);
  }
  return { ...final, job, retry };
}

/** The job that is to try again what has failed; undefined for none. */
function retryOf({ id, status, retriesLeft, retriesTotal }: JobRow): Retry | undefined {
  // Whoever asked for a cancel does not want another try, however the job came to its end.
  if (retriesLeft === 0 || status === 'cancel_request') return undefined;
  return { id: `${id.replace(/~\d+$/, '')}~${retriesTotal - retriesLeft + 1}`, retriesLeft: retriesLeft - 1 };
}

interface EndedJob extends JobRow {
  /** Whether jobs wait for a place. */
  readonly hasQueue: boolean;
}

/** One statement, for it is sent for every job. Gives undefined where the job has ended before, or was deleted. */
async function markEnded(q: Queryable, end: JobEnd, retry: Retry | undefined): Promise<EndedJob | undefined> {
  const { jobId, runId, status, result, failure, workerId = '' } = end;
  const { rows } = await q.query<EndedJob>(
    // The row of the job is locked before those of the outbox, as everywhere.
    `WITH before AS (
       SELECT id AS job_id, status AS status_before FROM jobs.jobs WHERE id = $1 FOR UPDATE
     ), ended AS (
       UPDATE jobs.jobs SET status = $2, result = $3, failure = $4, paused = false, pausing = false, ended_at = now(),
         last_updated = now(), ended_run_id = coalesce($7, run_id),
         worker_id = CASE worker_id WHEN '' THEN $6 ELSE worker_id END, next_line = next_line + 1
       FROM before WHERE id = job_id AND ${jobIs.open} AND status_before <> 'deleted'
       RETURNING *
     ), logged AS (
       INSERT INTO jobs.log_lines (job_id, line_num, data) SELECT id, next_line - 1, $5 FROM ended
     ), withdrawn AS (
       DELETE FROM jobs.outbox o USING ended WHERE o.job_id = ended.id AND o.command <> 'start'
     )
     SELECT ${jobColumns}, EXISTS (SELECT FROM jobs.outbox WHERE state = 'queued') AS "hasQueue"
     FROM ended`,
    [
      jobId,
      status,
      result === undefined ? null : JSON.stringify(result),
      failure ?? null,
      logLine(lastLine(end, retry)),
      workerId,
      runId ?? null,
    ],
  );
  return rows[0];
}

/** The last line in the log of a job that was cancelled. */
export const canceledLine: LogEntry = { level: 'warn', msg: 'canceled' };

/** Nothing is written after it (`appendJobLog`). */
function lastLine({ status, result, failure }: JobEnd, retry: Retry | undefined): LogEntry {
  switch (status) {
    case 'done':
      return { level: 'info', msg: 'done', result };
    case 'error':
      return {
        level: 'error',
        msg: 'failed',
        failure,
        ...(retry && { retryJobID: retry.id, retriesLeft: retry.retriesLeft }),
      };
    case 'cancel':
      return failure === undefined ? canceledLine : { ...canceledLine, failure };
  }
}
