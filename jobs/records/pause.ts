import type pg from 'pg';
import { type TransactionSource, withTransaction } from '../../database/transaction.ts';
import { findAction } from '../actions/catalogue.ts';
import { appendJobLog } from './logs.ts';
import { lockJob } from './queries.ts';
import { jobIs } from './stage.ts';
import type { JobStatus } from './status.ts';

/** Who wants a job paused, or to go on, and why. */
export interface PauseRequest {
  readonly jobId: string;
  readonly requestedBy: string;
  readonly note: string;
}

/** What came of it. `accepted`: the caller wakes the dispatcher. */
export type PauseOutcome =
  | { readonly kind: 'accepted'; readonly action: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'not-running'; readonly status: JobStatus }
  | { readonly kind: 'not-pausable'; readonly action: string };

/** Asks a running job to wait at its next checkpoint. Its row says so at once, and that it waits once it does. */
export async function pauseJob(source: TransactionSource, request: PauseRequest): Promise<PauseOutcome> {
  return steer(source, 'pause', request);
}

/** Lets a paused job go on, and takes back a pause that has not reached it. */
export async function resumeJob(source: TransactionSource, request: PauseRequest): Promise<PauseOutcome> {
  return steer(source, 'resume', request);
}

async function steer(
  source: TransactionSource,
  command: 'pause' | 'resume',
  { jobId, requestedBy, note }: PauseRequest,
): Promise<PauseOutcome> {
  return withTransaction(source, async (tx) => {
    const job = await lockJob(tx, jobId);
    if (!job) return { kind: 'missing' };
    if (!findAction(job.action)?.isPausable) return { kind: 'not-pausable', action: job.action };
    if (job.status !== 'running') return { kind: 'not-running', status: job.status };
    await appendJobLog(tx, jobId, [{ level: 'info', msg: `${command} requested`, requestedBy, note }]);
    await tx.query('UPDATE jobs.jobs SET pausing = $2 AND NOT paused, last_updated = now() WHERE id = $1', [
      jobId,
      command === 'pause',
    ]);
    // The opposite may be on its way: this waits until it has arrived, or takes it back.
    await tx.query(`DELETE FROM jobs.outbox WHERE job_id = $1 AND command = $2`, [
      jobId,
      command === 'pause' ? 'resume' : 'pause',
    ]);
    await tx.query(
      `INSERT INTO jobs.outbox (job_id, command, details) VALUES ($1, $2, $3)
       ON CONFLICT (job_id, command) DO UPDATE SET details = excluded.details, due_at = now()`,
      [jobId, command, JSON.stringify({ by: requestedBy, note })],
    );
    return { kind: 'accepted', action: job.action };
  });
}

/** What somebody has asked of a job in Temporal: that it pauses, or that a pause which it has not met is taken back. */
export interface JobPauseRequest {
  readonly jobId: string;
  readonly isPausing: boolean;
  readonly by: string;
  readonly note: string;
}

/** Writes into a job's row and log what was asked of it, unless that is known from the API. Doing it twice changes nothing. */
export async function recordPauseRequest(
  pool: pg.Pool,
  { jobId, isPausing, by, note }: JobPauseRequest,
): Promise<void> {
  await withTransaction(pool, async (tx) => {
    const { rowCount } = await tx.query(
      `UPDATE jobs.jobs SET pausing = $2, last_updated = now()
       WHERE id = $1 AND pausing <> $2 AND NOT paused AND ${jobIs.open}`,
      [jobId, isPausing],
    );
    const msg = `${isPausing ? 'pause' : 'resume'} requested`;
    if (rowCount === 1) await appendJobLog(tx, jobId, [{ level: 'info', msg, requestedBy: by, note }]);
  });
}

/** A job has come to a halt, or goes on. */
export interface JobPause {
  readonly jobId: string;
  readonly isPaused: boolean;
  readonly by: string;
  readonly note: string;
}

/** Writes into a job's row and log that it waits at a checkpoint, or no longer. Doing it twice changes nothing. */
export async function recordPause(pool: pg.Pool, { jobId, isPaused, by, note }: JobPause): Promise<void> {
  await withTransaction(pool, async (tx) => {
    const { rows } = await tx.query<{ isChanged: boolean }>(
      `WITH before AS (SELECT id, paused FROM jobs.jobs WHERE id = $1 AND ${jobIs.open} FOR UPDATE)
       UPDATE jobs.jobs SET paused = $2, pausing = false, last_updated = now() FROM before
       WHERE jobs.id = before.id AND (before.paused <> $2 OR pausing) RETURNING before.paused <> $2 AS "isChanged"`,
      [jobId, isPaused],
    );
    if (rows[0]?.isChanged)
      await appendJobLog(tx, jobId, [{ level: 'info', msg: isPaused ? 'paused' : 'resumed', by, note }]);
  });
}
