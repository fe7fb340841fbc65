import type { Queryable } from '../../database/pool.ts';
import { jobIs } from './stage.ts';

/** A wait of a workflow that gives its place back. */
export interface Parking {
  readonly jobId: string;
  /** The run of the workflow that waits. */
  readonly runId: string;
  /** Tells it from every other wait of the job. */
  readonly id: string;
  /** From now; 0: it waits for nothing but a place. */
  readonly delayMs: number;
}

/**
 * What became of a wait: `waiting` until the signal is sent; `over` where that was sent before; `ended` where the job has
 * ended with this run or was deleted, which a workflow sees that Temporal has of an earlier day. One that was reset goes on.
 */
export type ParkingOutcome = 'waiting' | 'over' | 'ended';

/**
 * Takes the place and the capacity of a job back, and writes down that its workflow waits to be admitted again, once the
 * delay is over. Doing it twice changes nothing the second time. After this the caller wakes the dispatcher, which in time
 * sends the signal `proceed` with the id of the parking.
 */
export async function parkJob(q: Queryable, { jobId, runId, id, delayMs }: Parking): Promise<ParkingOutcome> {
  const { rows } = await q.query<{ outcome: ParkingOutcome }>(
    `WITH parked AS (
       UPDATE jobs.jobs SET parked_at = now(), parking = $2, last_updated = now()
       WHERE id = $1 AND ${jobIs.open} AND status <> 'deleted' AND parking <> $2
       RETURNING id, action, namespace, capacity_map, priority
     ), queued AS (
       INSERT INTO jobs.outbox AS o (job_id, command, details, due_at, state, action, namespace, capacity_map, priority)
       SELECT id, 'proceed', jsonb_build_object('parking', $2::text), now() + $3 * interval '1 ms',
              CASE WHEN $3 > 0 THEN 'later' ELSE 'queued' END, action, namespace, capacity_map, priority
       FROM parked
       ON CONFLICT (job_id, command) DO UPDATE SET details = excluded.details, due_at = excluded.due_at,
         state = excluded.state, attempts = 0, last_error = NULL
     )
     SELECT CASE
         WHEN EXISTS (SELECT FROM parked)
           OR EXISTS (SELECT FROM jobs.outbox WHERE job_id = $1 AND command = 'proceed') THEN 'waiting'
         WHEN EXISTS (SELECT FROM jobs.jobs WHERE id = $1 AND status <> 'deleted'
                        AND (${jobIs.open} OR (run_id NOT IN ('', $4) AND ended_run_id <> $4))) THEN 'over'
         ELSE 'ended' END AS outcome`,
    [jobId, id, delayMs, runId],
  );
  return rows[0]?.outcome ?? 'ended';
}
