import type { Queryable } from '../database/pool.ts';

/** A row of `jobs.crons`. Durations are Go duration strings, empty for none. */
export interface CronRow {
  readonly id: string;
  readonly action: string;
  readonly schedule: string;
  readonly retries: number;
  readonly parameters: Readonly<Record<string, string>>;
  readonly capacityMap: Readonly<Record<string, number>>;
  readonly deadline: string;
  readonly stopTimeout: string;
  readonly requestedBy: string;
  readonly updatedAt: Date;
}

const columns = `id, action, schedule, retries, parameters, capacity_map AS "capacityMap", deadline,
  stop_timeout AS "stopTimeout", requested_by AS "requestedBy", updated_at AS "updatedAt"`;

/** All crons, by action. There is at most one for each. */
export async function listCrons(q: Queryable): Promise<CronRow[]> {
  const { rows } = await q.query<CronRow>(`SELECT ${columns} FROM jobs.crons ORDER BY action`);
  return rows;
}

/** The cron of an action, or undefined where it has none. */
export async function findCron(q: Queryable, action: string): Promise<CronRow | undefined> {
  const { rows } = await q.query<CronRow>(`SELECT ${columns} FROM jobs.crons WHERE action = $1`, [action]);
  return rows[0];
}

/** Makes the cron of an action, or changes the one that is there. After this the caller wakes the schedules. */
export async function saveCron(q: Queryable, cron: Omit<CronRow, 'id' | 'updatedAt'>): Promise<CronRow> {
  const { rows } = await q.query<CronRow>(
    `INSERT INTO jobs.crons (action, schedule, retries, parameters, capacity_map, deadline, stop_timeout, requested_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (action) DO UPDATE SET schedule = excluded.schedule, retries = excluded.retries,
       parameters = excluded.parameters, capacity_map = excluded.capacity_map, deadline = excluded.deadline,
       stop_timeout = excluded.stop_timeout, requested_by = excluded.requested_by, updated_at = now()
     RETURNING ${columns}`,
    [
      cron.action,
      cron.schedule,
      cron.retries,
      JSON.stringify(cron.parameters),
      JSON.stringify(cron.capacityMap),
      cron.deadline,
      cron.stopTimeout,
      cron.requestedBy,
    ],
  );
  const saved = rows[0];
  if (!saved) throw new Error(`the cron of ${cron.action} was not saved`);
  return saved;
}

/**
 * Deletes the cron of an action; jobs that it has started go on. After this the caller wakes the schedules.
 *
 * @returns whether there was one
 */
export async function deleteCron(q: Queryable, action: string): Promise<boolean> {
  const { rowCount } = await q.query('DELETE FROM jobs.crons WHERE action = $1', [action]);
  return rowCount === 1;
}
