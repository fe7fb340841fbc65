import type pg from 'pg';
import { parseDurationMs } from '../../config/duration.ts';
import { withTransaction, type TransactionSource } from '../../database/transaction.ts';
import type { JobSpec } from './job-spec.ts';
import { setDeadline } from './deadlines.ts';
import { insertAdmitted } from './enqueue.ts';
import { logLine } from './logs.ts';
import { reopenReset } from './reset-job.ts';
import { parkJob, type ParkingOutcome } from './parking.ts';
import type { FinalStatus, JobTrigger } from './status.ts';

export interface JobStart {
  readonly jobId: string;
  readonly runId: string;
  readonly workerId: string;
  readonly job: JobSpec;
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

/** Tells nobody. */
export const nobody: JobObserver = { started: () => undefined, ended: () => undefined };

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
        if (marked) await setDeadline(tx, jobId, deadlineMs);
        return marked;
      })
    : await markStarted(pool, start);
  if (outcome) observer.started({ jobId, runId, action: job.action, trigger: job.trigger, waitMs: outcome.waitMs });
}

/** One statement, for it is sent for every job. Gives undefined where the job has started before. */
async function markStarted(q: TransactionSource, start: JobStart): Promise<{ waitMs: number } | undefined> {
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
  if (found?.isThere) {
    // It has started before, perhaps in a run that was reset.
    await reopenReset(q, jobId, runId);
    return undefined;
  }
  await insertAdmitted(q, start);
  return markStarted(q, start);
}

/**
 * Makes the row of a job that a schedule has started, and writes down that it waits to be admitted like any other. Doing it
 * twice changes nothing the second time. After this the caller wakes the dispatcher.
 *
 * @param parkingId by which the workflow knows that it may go on
 * @returns `ended` where the job has ended or was deleted: it will not be admitted
 */
export async function queueScheduledJob(
  pool: pg.Pool,
  { parkingId, ...start }: Omit<JobStart, 'workerId'> & { readonly parkingId: string },
): Promise<ParkingOutcome> {
  return withTransaction(pool, async (tx) => {
    await insertAdmitted(tx, start);
    return parkJob(tx, { jobId: start.jobId, runId: start.runId, id: parkingId, delayMs: 0 });
  });
}
