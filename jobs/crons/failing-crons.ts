import type { Queryable } from '../../database/pool.ts';

export interface FailingCron {
  readonly name: string;
  /** Why Temporal does not take it; empty: it does, and its runs fail. */
  readonly problem: string;
  /** Its last run that has ended; null: none has. */
  readonly lastJobId: string | null;
}

/**
 * Crons that go on, by name, whose last runs failed, each after its retries, and those that Temporal does not take.
 *
 * @param failuresInARow how many of the last runs have to have failed
 */
export async function listFailingCrons(
  q: Queryable,
  { failuresInARow, limit }: { readonly failuresInARow: number; readonly limit: number },
): Promise<FailingCron[]> {
  const { rows } = await q.query<FailingCron>(
    `SELECT c.name, left(c.problem, 1000) AS problem, r.ids[1] AS "lastJobId"
     FROM jobs.crons c CROSS JOIN LATERAL (
       SELECT array_agg(id ORDER BY scheduled_at DESC, id DESC) AS ids,
              count(*) FILTER (WHERE status = 'error') AS failures
       FROM (SELECT id, status, scheduled_at FROM jobs.jobs j
             WHERE j.cron = c.name AND j.cron <> '' AND j.ended_at IS NOT NULL
               AND NOT (j.status = 'error' AND j.retries_left > 0)
             ORDER BY j.scheduled_at DESC, j.id DESC LIMIT $1) last) r
     WHERE NOT c.is_paused AND (c.problem <> '' OR r.failures = $1) ORDER BY c.name LIMIT $2`,
    [failuresInARow, limit],
  );
  return rows;
}
