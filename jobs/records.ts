import type pg from 'pg';
import { parseDurationMs } from '../config/duration.ts';
import type { Queryable } from '../database/pool.ts';
import { withTransaction } from '../database/transaction.ts';
import type { JobInput } from '../workflows/shared/job-input.ts';
import { enqueueJobs, priorityOf } from './enqueue.ts';
import { appendJobLog, logLine, type LogEntry } from './logs.ts';
import { parkJob } from './parking.ts';
import type { JobProgress } from './progress.ts';
import { jobColumns, type JobRow } from './queries.ts';
import type { FinalStatus, JobStatus, JobTrigger } from './status.ts';

export interface JobStart {
  readonly jobId: string;
  readonly runId: string;
  readonly workerId: string;
  readonly job: JobInput;
}

/** Told what became of jobs: for metrics and the log. Once for each start and each end. */
export interface JobObserver {
  /** @param waitMs since the job was due */
  readonly started: (job: ObservedJob & { readonly trigger: JobTrigger; readonly waitMs: number }) => void;
  /** @param runMs since it started; undefined where it never did */
  readonly ended: (
    job: ObservedJob & {
      readonly status: FinalStatus;
      readonly runMs: number | undefined;
      readonly isRetried: boolean;
      readonly failure: string | undefined;
    },
  ) => void;
}

export interface ObservedJob {
  readonly jobId: string;
  /** The first run of its workflow; empty where it has not run. */
  readonly runId: string;
  readonly action: string;
}

const nobody: JobObserver = { started: () => undefined, ended: () => undefined };

/**
 * Marks a job as running on a worker, and sets its deadline going. A job that a schedule started gets its row here.
 * Doing it twice changes nothing the second time.
 */
export async function startJob(pool: pg.Pool, start: JobStart, observer: JobObserver = nobody): Promise<void> {
  const { jobId, runId, job } = start;
  const deadlineMs = parseDurationMs(job.deadline);
  const outcome = deadlineMs
    ? await withTransaction(pool, async (tx) => {
        const marked = await markStarted(tx, start);
        if (marked) await requestStops(tx, [{ jobId, afterMs: deadlineMs, stopTimeout: job.stopTimeout }]);
        return marked;
      })
    : await markStarted(pool, start);
  if (outcome) observer.started({ jobId, runId, action: job.action, trigger: job.trigger, waitMs: outcome.waitMs });
}

/** One statement, for it is sent for every job. Gives undefined where the job has started before. */
async function markStarted(q: Queryable, start: JobStart): Promise<{ waitMs: number } | undefined> {
  const { jobId, runId, workerId, job } = start;
  const line = logLine({ level: 'info', msg: 'started', action: job.action, workerID: workerId, trigger: job.trigger });
  const { rows } = await q.query<{ waitMs: number | null; isThere: boolean }>(
    // Cancelled before it ran: it stays so, and the workflow is about to hear of it.
    `WITH started AS (
       UPDATE jobs.jobs SET status = CASE status WHEN 'waiting' THEN 'running' ELSE status END, run_id = $2,
         worker_id = $3, started_at = now(), admitted_at = coalesce(admitted_at, now()), last_updated = now(),
         checked_at = now(), next_line = next_line + 1
       WHERE id = $1 AND started_at IS NULL
       RETURNING id, next_line - 1 AS line_num, extract(epoch FROM now() - scheduled_at)::float8 * 1000 AS wait_ms
     ), logged AS (
       INSERT INTO jobs.log_lines (job_id, line_num, data) SELECT id, line_num, $4 FROM started
     )
     SELECT (SELECT wait_ms FROM started) AS "waitMs", EXISTS (SELECT FROM jobs.jobs WHERE id = $1) AS "isThere"`,
    [jobId, runId, workerId, line],
  );
  const [found] = rows;
  if (found && found.waitMs !== null) return { waitMs: Math.max(0, found.waitMs) };
  if (found?.isThere) return undefined;
  await insertScheduled(q, start);
  return markStarted(q, start);
}

/**
 * Makes the row of a job that a schedule has started, and writes down that it waits to be admitted like any other. Doing it
 * twice changes nothing the second time. After this the caller wakes the dispatcher.
 *
 * @param parkingId by which the workflow knows that it may go on
 * @returns false where the job has ended or was deleted: it will not be admitted
 */
export async function queueScheduledJob(
  pool: pg.Pool,
  { parkingId, ...start }: Omit<JobStart, 'workerId'> & { readonly parkingId: string },
): Promise<boolean> {
  return withTransaction(pool, async (tx) => {
    await insertScheduled(tx, start);
    return parkJob(tx, { jobId: start.jobId, id: parkingId, delayMs: 0 });
  });
}

/** The row of a job that a schedule started: Temporal has it already. */
async function insertScheduled(q: Queryable, { jobId, runId, job }: Omit<JobStart, 'workerId'>): Promise<void> {
  await q.query(
    `INSERT INTO jobs.jobs (id, action, status, priority, parameters, capacity_map, retry_from_id, retries_left,
                            retries_total, deadline, stop_timeout, trigger, requested_by, namespace, repository,
                            cron, run_id, scheduled_at, admitted_at)
     VALUES ($1, $2, 'waiting', $13, $3, $4, $1, $5, $6, $7, $8, $9, $10, $11, $12, $14, $15, now(), now())
     ON CONFLICT (id) DO NOTHING`,
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
      job.cron ?? '',
      runId,
    ],
  );
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
  /** Who came to the end, for a job that no worker has any more. */
  readonly workerId?: string | undefined;
}

/**
 * Marks a job as ended, and where it failed with retries left makes the job that tries again. Only the first call for a
 * job has an effect, so the worker and the reconciler may both come to it.
 *
 * @returns whether jobs wait for the dispatcher: the one that tries again, or those that the place is now free for
 */
export async function endJob(pool: pg.Pool, end: JobEnd, observer: JobObserver = nobody): Promise<boolean> {
  // What cannot be followed by another try needs no transaction around its one statement.
  let ended = end.status === 'error' ? undefined : await markEnded(pool, end);
  let retryId: string | undefined;
  if (!ended) {
    ended = await withTransaction(pool, async (tx) => {
      await tx.query(`DELETE FROM jobs.jobs WHERE id = $1 AND status = 'deleted'`, [end.jobId]);
      const marked = await markEnded(tx, end);
      // An order to start is the dispatcher's: it may hold it still, for the rest of its batch.
      if (!marked) await tx.query(`DELETE FROM jobs.outbox WHERE job_id = $1 AND command <> 'start'`, [end.jobId]);
      retryId = marked && (await retry(tx, end.status, marked));
      return marked;
    });
  }
  if (!ended) return false;
  const { runId, action, startedAt, endedAt } = ended;
  const runMs = startedAt && endedAt ? endedAt.getTime() - startedAt.getTime() : undefined;
  const { jobId, status, failure } = end;
  observer.ended({ jobId, runId, action, status, runMs, isRetried: retryId !== undefined, failure });
  return retryId !== undefined || ended.hasQueue;
}

interface EndedJob extends JobRow {
  readonly statusBefore: JobStatus;
  /** Whether jobs wait for a place. */
  readonly hasQueue: boolean;
}

/** One statement, for it is sent for every job. Gives undefined where the job has ended before, or was deleted. */
async function markEnded(q: Queryable, end: JobEnd): Promise<EndedJob | undefined> {
  const { jobId, status, result, failure, workerId = '' } = end;
  const { rows } = await q.query<EndedJob>(
    // The row of the job is locked before those of the outbox, as everywhere.
    `WITH before AS (
       SELECT id AS job_id, status AS status_before FROM jobs.jobs WHERE id = $1 FOR UPDATE
     ), ended AS (
       UPDATE jobs.jobs SET status = $2, result = $3, failure = $4, paused = false, ended_at = now(), last_updated = now(),
         worker_id = CASE worker_id WHEN '' THEN $6 ELSE worker_id END, next_line = next_line + 1
       FROM before WHERE id = job_id AND ended_at IS NULL AND status_before <> 'deleted'
       RETURNING *
     ), logged AS (
       INSERT INTO jobs.log_lines (job_id, line_num, data) SELECT id, next_line - 1, $5 FROM ended
     ), withdrawn AS (
       DELETE FROM jobs.outbox o USING ended WHERE o.job_id = ended.id AND o.command <> 'start'
     )
     SELECT ${jobColumns}, status_before AS "statusBefore",
       EXISTS (SELECT FROM jobs.outbox WHERE state = 'queued') AS "hasQueue"
     FROM ended`,
    [
      jobId,
      status,
      result === undefined ? null : JSON.stringify(result),
      failure ?? null,
      logLine(endEntry(status, result, failure)),
      workerId,
    ],
  );
  return rows[0];
}

/** Makes the job that tries again, where there is to be one, and gives its id. */
async function retry(tx: pg.PoolClient, status: FinalStatus, job: EndedJob): Promise<string | undefined> {
  // Whoever asked for a cancel does not want another try, however the job came to its end.
  const isUnwanted = job.statusBefore === 'cancel_request';
  if (status !== 'error' || job.retriesLeft === 0 || isUnwanted) return undefined;
  const attempt = job.retriesTotal - job.retriesLeft + 1;
  const id = `${job.id.replace(/~\d+$/, '')}~${attempt}`;
  await appendJobLog(tx, job.id, [{ level: 'info', msg: 'retried', retryJobID: id, retriesLeft: job.retriesLeft - 1 }]);
  await enqueueJobs(tx, [
    { ...job, id, retryFromId: job.id, retriesLeft: job.retriesLeft - 1, trigger: 'retry', scheduledAt: undefined },
  ]);
  return id;
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
