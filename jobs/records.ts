import type pg from 'pg';
import { parseDurationMs } from '../config/duration.ts';
import { withTransaction } from '../database/transaction.ts';
import type { JobInput } from '../workflows/shared/job-input.ts';
import { enqueueJobs, priorityOf } from './enqueue.ts';
import { appendJobLog, type LogEntry } from './logs.ts';
import type { JobProgress } from './progress.ts';
import { jobColumns, type JobRow } from './queries.ts';
import type { FinalStatus, JobStatus } from './status.ts';

export interface JobStart {
  readonly jobId: string;
  readonly runId: string;
  readonly workerId: string;
  readonly job: JobInput;
}

/**
 * Marks a job as running on a worker, and sets its deadline going. A job that a schedule started gets its row here.
 * Doing it twice changes nothing the second time.
 */
export async function startJob(pool: pg.Pool, { jobId, runId, workerId, job }: JobStart): Promise<void> {
  await withTransaction(pool, async (tx) => {
    await tx.query(
      `INSERT INTO jobs.jobs (id, action, status, priority, parameters, capacity_map, retry_from_id, retries_left,
                              retries_total, deadline, stop_timeout, trigger, requested_by, namespace, repository,
                              scheduled_at)
       VALUES ($1, $2, 'waiting', $13, $3, $4, $1, $5, $6, $7, $8, $9, $10, $11, $12, now()) ON CONFLICT (id) DO NOTHING`,
      [
        jobId,
        job.action,
        JSON.stringify(job.parameters),
        JSON.stringify(job.capacityMap),
        job.retriesLeft,
        job.retriesTotal,
        job.deadline,
        job.stopTimeout,
        job.trigger,
        job.requestedBy,
        job.namespace,
        job.repository,
        priorityOf(job.action),
      ],
    );
    // Cancelled before it ran: it stays so, and the workflow is about to hear of it.
    const { rowCount } = await tx.query(
      `UPDATE jobs.jobs SET status = CASE status WHEN 'waiting' THEN 'running' ELSE status END, run_id = $2,
         worker_id = $3, started_at = now(), last_updated = now(), checked_at = now()
       WHERE id = $1 AND started_at IS NULL`,
      [jobId, runId, workerId],
    );
    if (rowCount === 0) return;
    const deadlineMs = parseDurationMs(job.deadline);
    if (deadlineMs) await requestStops(tx, [{ jobId, afterMs: deadlineMs, stopTimeout: job.stopTimeout }]);
    await appendJobLog(tx, jobId, [
      { level: 'info', msg: 'started', action: job.action, workerID: workerId, trigger: job.trigger },
    ]);
  });
}

/** That a job is to be cancelled, and when. */
export interface StopRequest {
  readonly jobId: string;
  /** From now. */
  readonly afterMs: number;
  /** A Go duration string; empty: it is never terminated. */
  readonly stopTimeout: string;
}

/**
 * Writes down that running workflows are to be cancelled and, where the job has a stop timeout, terminated after it.
 * The dispatcher tells Temporal when the time has come.
 */
export async function requestStops(tx: pg.PoolClient, requests: readonly StopRequest[]): Promise<void> {
  const orders = requests.flatMap(({ jobId, afterMs, stopTimeout }) => {
    const stopTimeoutMs = parseDurationMs(stopTimeout);
    return [
      { jobId, command: 'cancel', afterMs },
      ...(stopTimeoutMs ? [{ jobId, command: 'terminate', afterMs: afterMs + stopTimeoutMs }] : []),
    ];
  });
  await tx.query(
    `INSERT INTO jobs.outbox (job_id, command, due_at)
     SELECT o."jobId", o.command, now() + o."afterMs" * interval '1 ms'
     FROM jsonb_to_recordset($1::jsonb) AS o("jobId" text, command text, "afterMs" double precision)
     ON CONFLICT (job_id, command) DO UPDATE SET due_at = least(outbox.due_at, excluded.due_at)`,
    [JSON.stringify(orders)],
  );
}

export interface JobEnd {
  readonly jobId: string;
  readonly status: FinalStatus;
  readonly result?: unknown;
  /** One line for people. */
  readonly failure?: string | undefined;
}

/**
 * Marks a job as ended, and where it failed with retries left makes the job that tries again. Only the first call for a
 * job has an effect, so the worker and the reconciler may both come to it.
 *
 * @returns whether a new job is waiting for the dispatcher
 */
export async function endJob(pool: pg.Pool, { jobId, status, result, failure }: JobEnd): Promise<boolean> {
  return withTransaction(pool, async (tx) => {
    const before = await tx.query<{ status: JobStatus }>('SELECT status FROM jobs.jobs WHERE id = $1 FOR UPDATE', [
      jobId,
    ]);
    await tx.query(`DELETE FROM jobs.jobs WHERE id = $1 AND status = 'deleted'`, [jobId]);
    const { rows } = await tx.query<JobRow>(
      `UPDATE jobs.jobs SET status = $2, result = $3, failure = $4, paused = false, ended_at = now(), last_updated = now()
       WHERE id = $1 AND ended_at IS NULL RETURNING ${jobColumns}`,
      [jobId, status, result === undefined ? null : JSON.stringify(result), failure ?? null],
    );
    // An order to start is the dispatcher's: it may hold it still, for the rest of its batch.
    await tx.query(`DELETE FROM jobs.outbox WHERE job_id = $1 AND command <> 'start'`, [jobId]);
    const job = rows[0];
    if (!job) return false;
    await appendJobLog(tx, jobId, [endEntry(status, result, failure)]);
    // Whoever asked for a cancel does not want another try, however the job came to its end.
    const isUnwanted = before.rows[0]?.status === 'cancel_request';
    if (status !== 'error' || job.retriesLeft === 0 || isUnwanted) return false;
    const attempt = job.retriesTotal - job.retriesLeft + 1;
    const id = `${jobId.replace(/~\d+$/, '')}~${attempt}`;
    await appendJobLog(tx, jobId, [
      { level: 'info', msg: 'retried', retryJobID: id, retriesLeft: job.retriesLeft - 1 },
    ]);
    await enqueueJobs(tx, [
      { ...job, id, retryFromId: jobId, retriesLeft: job.retriesLeft - 1, trigger: 'retry', scheduledAt: undefined },
    ]);
    return true;
  });
}

function endEntry(status: FinalStatus, result: unknown, failure: string | undefined): LogEntry {
  switch (status) {
    case 'done':
      return { level: 'info', msg: 'done', result };
    case 'error':
      return { level: 'error', msg: 'failed', failure };
    case 'cancel':
      return { level: 'warn', msg: 'canceled' };
  }
}

/**
 * Shows how far a job is, and by how much it went on since its phase began. For once a page or a second, never once an
 * item. Lost progress is no harm.
 */
export async function setJobProgress(pool: pg.Pool, jobId: string, progress: JobProgress): Promise<void> {
  const nowMs = Date.now();
  await pool.query(
    `UPDATE jobs.jobs SET progress = $2::jsonb || CASE WHEN progress ->> 'phase' = $3
         THEN jsonb_build_object('sinceMs', progress -> 'sinceMs', 'doneBefore', progress -> 'doneBefore')
         ELSE jsonb_build_object('sinceMs', $4::bigint, 'doneBefore', $5::bigint) END
     WHERE id = $1 AND ended_at IS NULL`,
    [jobId, JSON.stringify({ ...progress, atMs: nowMs }), progress.phase, nowMs, progress.done],
  );
}
