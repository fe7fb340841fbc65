import type pg from 'pg';
import type { Queryable } from '../../database/pool.ts';
import type { JobPriority } from '../actions/action.ts';
import { specSelection, type JobSpec } from './job-spec.ts';
import type { StoredProgress } from './progress.ts';
import { jobIs } from './stage.ts';
import type { JobStatus, JobTrigger } from './status.ts';

/** A row of `jobs.jobs`. */
export interface JobRow extends JobSpec {
  readonly id: string;
  readonly status: JobStatus;
  readonly priority: JobPriority;
  /** Its workflow waits at a checkpoint. */
  readonly paused: boolean;
  /** Somebody has asked for a pause, and its workflow has not come to a checkpoint yet. */
  readonly pausing: boolean;
  readonly retryFromId: string;
  readonly workerId: string;
  readonly runId: string;
  readonly scheduledAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly lastUpdated: Date;
  readonly result: unknown;
  readonly failure: string | null;
  readonly progress: StoredProgress | null;
  /** Since when its workflow waits without a place. */
  readonly parkedAt: Date | null;
}

/** The select list that makes a JobRow. */
export const jobColumns = `
  ${specSelection}, id, status, priority, paused, pausing, retry_from_id AS "retryFromId", worker_id AS "workerId",
  run_id AS "runId", scheduled_at AS "scheduledAt", started_at AS "startedAt", ended_at AS "endedAt",
  last_updated AS "lastUpdated", result, failure, progress, parked_at AS "parkedAt"`;

/** What a list is narrowed to: jobs that fit every field which is given. */
export interface JobFilter {
  readonly action?: string | undefined;
  readonly namespace?: string | undefined;
  /** namespace/name. */
  readonly repository?: string | undefined;
  readonly requestedBy?: string | undefined;
  readonly trigger?: JobTrigger | undefined;
  readonly workerId?: string | undefined;
  readonly statuses?: readonly JobStatus[] | undefined;
  readonly isRunning?: boolean | undefined;
}

/** Which part of a list: `limit` jobs, without the first `start`, of those after the job `after`, or from `from` on. */
export interface JobPage {
  readonly start: number;
  readonly limit: number;
  readonly after?: string | undefined;
  readonly from?: string | undefined;
}

/** The SQL of a filter; `bind` takes a value, and gives its placeholder. */
export function filterConditions(filter: JobFilter, bind: (value: unknown) => string): string[] {
  const conditions = [`status <> 'deleted'`];
  if (filter.namespace !== undefined) conditions.push(`namespace = ${bind(filter.namespace)}`);
  if (filter.repository !== undefined) conditions.push(`repository = ${bind(filter.repository)}`);
  if (filter.requestedBy !== undefined) conditions.push(`requested_by = ${bind(filter.requestedBy)}`);
  if (filter.trigger !== undefined) conditions.push(`trigger = ${bind(filter.trigger)}`);
  if (filter.action !== undefined) conditions.push(`action = ${bind(filter.action)}`);
  if (filter.workerId !== undefined) conditions.push(`worker_id = ${bind(filter.workerId)}`);
  if (filter.statuses !== undefined) conditions.push(`status = ANY(${bind(filter.statuses)})`);
  if (filter.isRunning !== undefined) conditions.push(`status ${filter.isRunning ? '=' : '<>'} 'running'`);
  return conditions;
}

/** Jobs, the most recently scheduled first. Deleted ones are not shown. */
export async function listJobs(q: Queryable, filter: JobFilter, page: JobPage): Promise<JobRow[]> {
  const values: unknown[] = [page.start, page.limit];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const conditions = filterConditions(filter, bind);
  if (page.after !== undefined) {
    conditions.push(`(scheduled_at, id) < (SELECT scheduled_at, id FROM jobs.jobs WHERE id = ${bind(page.after)})`);
  }
  if (page.from !== undefined) {
    conditions.push(`(scheduled_at, id) <= (SELECT scheduled_at, id FROM jobs.jobs WHERE id = ${bind(page.from)})`);
  }
  const { rows } = await q.query<JobRow>(
    // Ids first, which indexes have: a row that is passed over is not read.
    `SELECT ${jobColumns} FROM jobs.jobs JOIN (
       SELECT id AS page_id FROM jobs.jobs WHERE ${conditions.join(' AND ')}
       ORDER BY scheduled_at DESC, id DESC OFFSET $1 LIMIT $2) page ON id = page_id
     ORDER BY scheduled_at DESC, id DESC`,
    values,
  );
  return rows;
}

/** One job, or undefined where there is none under this id or it was deleted. */
export async function findJob(q: Queryable, jobId: string): Promise<JobRow | undefined> {
  const { rows } = await q.query<JobRow>(`SELECT ${jobColumns} FROM jobs.jobs WHERE id = $1 AND status <> 'deleted'`, [
    jobId,
  ]);
  return rows[0];
}

/** One job, which nobody else changes until the transaction ends; undefined as with findJob. */
export async function lockJob(tx: pg.PoolClient, jobId: string): Promise<JobRow | undefined> {
  const { rows } = await tx.query<JobRow>(
    `SELECT ${jobColumns} FROM jobs.jobs WHERE id = $1 AND status <> 'deleted' FOR UPDATE`,
    [jobId],
  );
  return rows[0];
}

/** How many jobs have a place in Temporal, by action and status. Deleted ones do not count. */
export async function countInFlight(q: Queryable): Promise<{ action: string; status: JobStatus; count: number }[]> {
  const { rows } = await q.query<{ action: string; status: JobStatus; count: number }>(
    `SELECT action, status, count(*) AS count FROM jobs.jobs
     WHERE ${jobIs.inFlight} AND status <> 'deleted' GROUP BY action, status`,
  );
  return rows;
}

/** The worker on which a garbage collection runs, the oldest where there are several; undefined: none runs. */
export async function findCollectionWorker(q: Queryable): Promise<string | undefined> {
  const { rows } = await q.query<{ workerId: string }>(
    `SELECT worker_id AS "workerId" FROM jobs.jobs WHERE status = 'running' AND starts_with(action, 'onlinegc')
     ORDER BY scheduled_at LIMIT 1`,
  );
  return rows[0]?.workerId;
}
