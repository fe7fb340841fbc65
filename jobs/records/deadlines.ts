import type pg from 'pg';
import type { Queryable } from '../../database/pool.ts';
import { withTransaction } from '../../database/transaction.ts';
import { appendJobLog } from './logs.ts';
import { requestStops } from './stops.ts';

const batchSize = 100;

/** Sets the deadline of a job going that starts now. */
export async function setDeadline(q: Queryable, jobId: string, afterMs: number): Promise<void> {
  await q.query(
    `INSERT INTO jobs.outbox (job_id, command, due_at) VALUES ($1, 'deadline', now() + $2 * interval '1 ms')
     ON CONFLICT (job_id, command) DO UPDATE SET due_at = excluded.due_at`,
    [jobId, afterMs],
  );
}

/** The failure of a job that its deadline has ended. */
export function deadlineFailure(deadline: string): string {
  return `deadline: it ran longer than ${deadline}`;
}

/**
 * Has the jobs whose deadline has passed stopped, as a cancel does, and remembers that it is the deadline which ends them.
 * It is written down before Temporal hears of it, so that whatever end the workflow comes to is read rightly.
 *
 * @returns how many: the caller carries out the orders that this has made
 */
export async function passDeadlines(pool: pg.Pool): Promise<number> {
  return withTransaction(pool, async (tx) => {
    // The row of a job is locked before those of the outbox, as everywhere.
    const { rows } = await tx.query<{ id: string; status: string; deadline: string; stopTimeout: string }>(
      `SELECT id, status, deadline, stop_timeout AS "stopTimeout" FROM jobs.jobs
       WHERE id = ANY (ARRAY(
         SELECT job_id FROM jobs.outbox WHERE state = 'order' AND command = 'deadline' AND due_at <= now()
         ORDER BY due_at, id LIMIT $1))
       ORDER BY id FOR UPDATE SKIP LOCKED`,
      [batchSize],
    );
    const ids = rows.map(({ id }) => id);
    await tx.query(
      `DELETE FROM jobs.outbox WHERE command = 'deadline' AND due_at <= now()
       AND (job_id = ANY($1) OR NOT EXISTS (SELECT FROM jobs.jobs WHERE id = job_id))`,
      [ids],
    );
    // Somebody was faster: the job is being stopped already.
    const late = rows.filter(({ status }) => status !== 'cancel_request' && status !== 'deleted');
    await tx.query('UPDATE jobs.jobs SET deadline_passed_at = now(), last_updated = now() WHERE id = ANY($1)', [
      late.map(({ id }) => id),
    ]);
    for (const { id, deadline } of late) {
      await appendJobLog(tx, id, [{ level: 'warn', msg: 'deadline', deadline }]);
    }
    await requestStops(
      tx,
      late.map(({ id, deadline, stopTimeout }) => ({ jobId: id, stopTimeout, reason: deadlineFailure(deadline) })),
    );
    return late.length;
  });
}

/** The failure of a job that its deadline has ended; undefined for any other. */
export async function findDeadlineFailure(q: Queryable, jobId: string): Promise<string | undefined> {
  const { rows } = await q.query<{ failure: string }>(
    `SELECT failure FROM jobs.jobs WHERE id = $1 AND status = 'error' AND deadline_passed_at IS NOT NULL`,
    [jobId],
  );
  return rows[0]?.failure;
}
