import type { Queryable } from '../../database/pool.ts';
import type { SteeringRequest } from '../../workflows/shared/steering-messages.ts';
import { jobColumns, type JobRow } from '../records/queries.ts';

/** A row of `jobs.outbox` that Temporal is to be told of, with its job. */
export interface OrderRow {
  readonly id: number;
  readonly jobId: string;
  readonly command: 'start' | 'proceed' | 'cancel' | 'terminate' | 'pause' | 'resume';
  /** Of a pause or resume: who asks, and why. Of a proceed: from which wait. Of a cancel or terminate: why. */
  readonly details: (SteeringRequest & { readonly parking?: string; readonly reason?: string }) | null;
  readonly attempts: number;
  /** Null: it was deleted. */
  readonly job: JobRow | null;
}

/** Reads orders that are due, and locks them for the rest of the transaction; those that another one has are passed over. */
export async function takeOrders(tx: Queryable, limit: number): Promise<OrderRow[]> {
  const { rows } = await tx.query<OrderRow>(
    `SELECT o.id, o.job_id AS "jobId", o.command, o.details, o.attempts,
            (SELECT to_jsonb(j) FROM (SELECT ${jobColumns} FROM jobs.jobs WHERE id = o.job_id) j) AS job
     FROM jobs.outbox o WHERE o.state = 'order' AND o.command <> 'deadline' AND o.due_at <= now()
     ORDER BY o.priority, o.due_at, o.id LIMIT $1 FOR UPDATE SKIP LOCKED`,
    [limit],
  );
  return rows;
}

/** Temporal has accepted orders, or never will. */
export async function deleteOrders(tx: Queryable, ids: readonly number[]): Promise<void> {
  await tx.query('DELETE FROM jobs.outbox WHERE id = ANY($1)', [ids]);
}

/** Temporal was not reached: the order is due again after a delay. */
export async function postponeOrder(tx: Queryable, id: number, reason: string, delayMs: number): Promise<void> {
  await tx.query(
    `UPDATE jobs.outbox SET attempts = attempts + 1, last_error = $2, due_at = now() + $3 * interval '1 ms' WHERE id = $1`,
    [id, reason, delayMs],
  );
}

/** Orders the start of a job that Temporal has lost. Where that is ordered already, nothing changes. */
export async function orderStartAgain(q: Queryable, jobId: string): Promise<void> {
  await q.query(`INSERT INTO jobs.outbox (job_id, command) VALUES ($1, 'start') ON CONFLICT DO NOTHING`, [jobId]);
}

/** How many orders Temporal has not accepted yet, and how many of them it has not taken before. */
export async function countOrders(q: Queryable): Promise<{ readonly open: number; readonly retried: number }> {
  const { rows } = await q.query<{ open: number; retried: number }>(
    `SELECT count(*) AS open, count(*) FILTER (WHERE attempts > 0) AS retried
     FROM jobs.outbox WHERE state = 'order' AND (due_at <= now() OR attempts > 0)`,
  );
  return rows[0] ?? { open: 0, retried: 0 };
}

/** Why Temporal could not be reached for the order that is due first of those that have failed; null: none has. */
export async function findOrderFailure(q: Queryable): Promise<string | null> {
  const { rows } = await q.query<{ lastError: string | null }>(
    `SELECT last_error AS "lastError" FROM jobs.outbox
     WHERE state = 'order' AND attempts > 0 AND due_at < now() + interval '10 seconds' ORDER BY due_at LIMIT 1`,
  );
  return rows[0]?.lastError ?? null;
}

/**
 * Orders that were tried so often, or that nobody has tried for so long; a thousand are counted at the most.
 *
 * @returns their number, and why Temporal could not be reached, if that was tried
 */
export async function findOverdueOrders(
  q: Queryable,
  { overdueMs, attempts }: { readonly overdueMs: number; readonly attempts: number },
): Promise<{ readonly count: number; readonly lastError: string | null }> {
  const { rows } = await q.query<{ count: number; lastError: string | null }>(
    `SELECT count(*) AS count, max(last_error) AS "lastError" FROM (
       SELECT last_error FROM jobs.outbox
       WHERE state = 'order' AND due_at < now() + interval '10 seconds'
         AND (attempts >= $2 OR (attempts = 0 AND due_at < now() - $1 * interval '1 ms'))
       ORDER BY due_at LIMIT 1000) overdue`,
    [overdueMs, attempts],
  );
  return rows[0] ?? { count: 0, lastError: null };
}

/** Jobs that have been due for so long while no worker lives; of a million that wait, the first thousand tell. */
export async function countAbandonedJobs(q: Queryable, overdueMs: number): Promise<number> {
  const { rows } = await q.query<{ count: number }>(
    `SELECT count(*) AS count FROM (
       SELECT FROM (
         (SELECT due_at FROM jobs.outbox WHERE state = 'queued' LIMIT 1000)
         UNION ALL
         (SELECT due_at FROM jobs.outbox WHERE state = 'later' ORDER BY due_at LIMIT 1000)) waiting
       WHERE due_at < now() - $1 * interval '1 ms'
         AND NOT EXISTS (SELECT FROM jobs.workers WHERE status = 'running' AND heartbeat_expiration > now())
       LIMIT 1000) idle`,
    [overdueMs],
  );
  return rows[0]?.count ?? 0;
}
