import type pg from 'pg';
import { withTransaction } from '../../database/transaction.ts';
import { canceledLine } from './end-job.ts';
import { logLine } from './logs.ts';
import { filterConditions, type JobFilter } from './queries.ts';
import { requestStops } from './stops.ts';

export interface CancelManyRequest {
  readonly filter: JobFilter;
  readonly requestedBy: string;
  /** Most jobs to cancel. */
  readonly limit: number;
  /** Called in the transaction of each page, with the number of its jobs. */
  readonly onPage?: (tx: pg.PoolClient, count: number) => Promise<void>;
}

export interface CancelManyResult {
  readonly count: number;
  /** There were more than the limit. */
  readonly hasMore: boolean;
  /** Of running jobs: the caller wakes the dispatcher. */
  readonly wakeDispatcher: boolean;
}

interface CancelledPage {
  readonly count: number;
  readonly running: number;
}

const pageSize = 1_000;

// Those that a cancel still changes something for.
const cancellable = `status IN ('waiting', 'running', 'worker_dead', 'worker_shutdown', 'worker_resurrection')`;

/**
 * Cancels jobs, as cancelJob does each of them: page by page, each in a transaction of its own, so that nothing else waits
 * for long. What a page has cancelled stays so if a later one fails.
 */
export async function cancelJobs(
  pool: pg.Pool,
  { filter, requestedBy, limit, onPage }: CancelManyRequest,
): Promise<CancelManyResult> {
  let count = 0;
  let running = 0;
  for (;;) {
    const wanted = Math.min(pageSize, limit - count);
    if (wanted === 0)
      return { count, hasMore: (await countCancellable(pool, filter, 1)) > 0, wakeDispatcher: running > 0 };
    const page = await withTransaction(pool, async (tx) => {
      const cancelled = await cancelPage(tx, filter, requestedBy, wanted);
      if (cancelled.count > 0) await onPage?.(tx, cancelled.count);
      return cancelled;
    });
    count += page.count;
    running += page.running;
    if (page.count < wanted) return { count, hasMore: false, wakeDispatcher: running > 0 };
  }
}

/** How many jobs cancelJobs would cancel; `limit` where there are that many or more. */
export async function countCancellable(pool: pg.Pool, filter: JobFilter, limit: number): Promise<number> {
  const values: unknown[] = [limit];
  const conditions = filterConditions(filter, (value) => `$${values.push(value)}`);
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*) AS count FROM (
       SELECT FROM jobs.jobs WHERE ${[...conditions, cancellable].join(' AND ')} LIMIT $1) found`,
    values,
  );
  return rows[0]?.count ?? 0;
}

async function cancelPage(
  tx: pg.PoolClient,
  filter: JobFilter,
  requestedBy: string,
  limit: number,
): Promise<CancelledPage> {
  const values: unknown[] = [limit];
  const conditions = filterConditions(filter, (value) => `$${values.push(value)}`);
  const { rows: jobs } = await tx.query<{ id: string; stopTimeout: string }>(
    `SELECT id, stop_timeout AS "stopTimeout" FROM jobs.jobs WHERE ${[...conditions, cancellable].join(' AND ')}
     ORDER BY scheduled_at DESC, id DESC LIMIT $1 FOR UPDATE`,
    values,
  );
  if (jobs.length === 0) return { count: 0, running: 0 };
  const ids = jobs.map(({ id }) => id);
  // Orders that the dispatcher has in hand are waited for.
  const { rows: withdrawn } = await tx.query<{ id: string }>(
    `DELETE FROM jobs.outbox WHERE job_id = ANY($1) AND command = 'start' RETURNING job_id AS id`,
    [ids],
  );
  const unstarted = new Set(withdrawn.map(({ id }) => id));
  await tx.query(
    `WITH changed AS (
       UPDATE jobs.jobs SET status = CASE WHEN id = ANY($2) THEN 'cancel' ELSE 'cancel_request' END,
         ended_at = CASE WHEN id = ANY($2) THEN now() END, last_updated = now(),
         next_line = next_line + CASE WHEN id = ANY($2) THEN 2 ELSE 1 END
       WHERE id = ANY($1) RETURNING id, next_line, id = ANY($2) AS is_unstarted
     )
     INSERT INTO jobs.log_lines (job_id, line_num, data)
     SELECT id, next_line - CASE WHEN is_unstarted THEN 2 ELSE 1 END, $3 FROM changed
     UNION ALL SELECT id, next_line - 1, $4 FROM changed WHERE is_unstarted`,
    [ids, [...unstarted], logLine({ level: 'warn', msg: 'cancel requested', requestedBy }), logLine(canceledLine)],
  );
  const running = jobs.filter(({ id }) => !unstarted.has(id));
  await requestStops(
    tx,
    running.map(({ id, stopTimeout }) => ({ jobId: id, stopTimeout, reason: `canceled by ${requestedBy}` })),
  );
  return { count: jobs.length, running: running.length };
}
