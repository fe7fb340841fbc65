import type { Queryable } from '../database/pool.ts';

/** A wait of a workflow that gives its place back. */
export interface Parking {
  readonly jobId: string;
  /** Tells it from every other wait of the job. */
  readonly id: string;
  /** From now; 0: it waits for nothing but a place. */
  readonly delayMs: number;
}

/**
 * Takes the place and the capacity of a job back, and writes down that its workflow waits to be admitted again, once the
 * delay is over. Doing it twice changes nothing the second time. After this the caller wakes the dispatcher, which in time
 * sends the signal `proceed` with the id of the parking.
 *
 * @returns false where nothing will be sent (any more): the signal was sent before, or the job has ended or was deleted
 */
export async function parkJob(q: Queryable, { jobId, id, delayMs }: Parking): Promise<boolean> {
  const { rows } = await q.query<{ isWaiting: boolean }>(
    `WITH parked AS (
       UPDATE jobs.jobs SET parked_at = now(), parking = $2, last_updated = now()
       WHERE id = $1 AND ended_at IS NULL AND status <> 'deleted' AND parking <> $2
       RETURNING id, action, namespace, capacity_map, priority
     ), queued AS (
       INSERT INTO jobs.outbox AS o (job_id, command, details, due_at, state, action, namespace, capacity_map, priority)
       SELECT id, 'proceed', jsonb_build_object('parking', $2::text), now() + $3 * interval '1 ms',
              CASE WHEN $3 > 0 THEN 'later' ELSE 'queued' END, action, namespace, capacity_map, priority
       FROM parked
       ON CONFLICT (job_id, command) DO UPDATE SET details = excluded.details, due_at = excluded.due_at,
         state = excluded.state, attempts = 0, last_error = NULL
     )
     SELECT EXISTS (SELECT FROM parked)
         OR EXISTS (SELECT FROM jobs.outbox WHERE job_id = $1 AND command = 'proceed') AS "isWaiting"`,
    [jobId, id, delayMs],
  );
  return rows[0]?.isWaiting ?? false;
}
