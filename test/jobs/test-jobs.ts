import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { enqueueJobs, type NewJob } from '../../jobs/records/enqueue.ts';
import { specOf, type JobSpec } from '../../jobs/records/job-spec.ts';

/** A job to be; its id is its own unless it is given. */
export function newJob(fields: Partial<NewJob> = {}): NewJob {
  const id = fields.id ?? `sleep:${randomUUID()}`;
  return {
    id,
    action: 'sleep',
    parameters: { seconds: '1' },
    capacityMap: {},
    retriesLeft: 0,
    retriesTotal: 0,
    retryFromId: id,
    deadline: '',
    stopTimeout: '',
    trigger: 'api',
    requestedBy: 'admin',
    namespace: '',
    repository: '',
    cron: '',
    ...fields,
  };
}

/** What the workflow of a job is started with. */
export function jobInput(fields: Partial<JobSpec> = {}): JobSpec {
  return { ...specOf(newJob()), ...fields };
}

/** Makes a job that waits for the dispatcher, and gives its id. */
export async function addJob(pool: pg.Pool, fields: Partial<NewJob> = {}): Promise<string> {
  const job = newJob(fields);
  await enqueueJobs(pool, [job]);
  return job.id;
}

export interface OutboxRow {
  readonly command: string;
  /** From now, rounded up: a test takes less than a second. */
  readonly dueInSeconds: number;
}

/** The orders for a job, the first due first. */
export async function outboxOf(pool: pg.Pool, jobId: string): Promise<OutboxRow[]> {
  const { rows } = await pool.query<OutboxRow>(
    `SELECT command, greatest(0, ceil(extract(epoch FROM due_at - now())))::bigint AS "dueInSeconds"
     FROM jobs.outbox WHERE job_id = $1 ORDER BY due_at, command`,
    [jobId],
  );
  return rows;
}

/** Turns a waiting job into an order, as the dispatcher does once there is room for it. */
export async function admitJob(pool: pg.Pool, jobId: string): Promise<void> {
  await pool.query(`UPDATE jobs.outbox SET state = 'order' WHERE job_id = $1`, [jobId]);
  await pool.query('UPDATE jobs.jobs SET admitted_at = now() WHERE id = $1', [jobId]);
}

/** Does what the dispatcher does once Temporal has accepted the start. */
export async function acceptStart(pool: pg.Pool, jobId: string): Promise<void> {
  await pool.query(`DELETE FROM jobs.outbox WHERE job_id = $1 AND command = 'start'`, [jobId]);
}

/** The fields of a row of `jobs.jobs`, deleted ones too. */
export async function rowOf(pool: pg.Pool, jobId: string): Promise<Record<string, unknown> | undefined> {
  const { rows } = await pool.query<Record<string, unknown>>('SELECT * FROM jobs.jobs WHERE id = $1', [jobId]);
  return rows[0];
}

/** The messages of a job's log, checked to be numbered without gaps. */
export async function messagesOf(pool: pg.Pool, jobId: string): Promise<string[]> {
  const { rows } = await pool.query<{ line_num: number; data: string }>(
    'SELECT line_num, data FROM jobs.log_lines WHERE job_id = $1 ORDER BY line_num',
    [jobId],
  );
  if (rows.some((row, index) => row.line_num !== index)) throw new Error(`the log of ${jobId} has gaps`);
  return rows.map(({ data }) => (JSON.parse(data) as { msg: string }).msg);
}
