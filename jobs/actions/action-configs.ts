import type { Queryable } from '../../database/pool.ts';

/** A row of `jobs.action_configs`: defaults that lie under the parameters of each new job of an action. */
export interface ActionConfigRow {
  readonly id: string;
  readonly action: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly requestedBy: string;
  readonly updatedAt: Date;
}

const columns = `id, action, parameters, requested_by AS "requestedBy", updated_at AS "updatedAt"`;

/** All configs, by action. There is at most one for each. */
export async function listActionConfigs(q: Queryable): Promise<ActionConfigRow[]> {
  const { rows } = await q.query<ActionConfigRow>(`SELECT ${columns} FROM jobs.action_configs ORDER BY action`);
  return rows;
}

/** The config of an action, or undefined where it has none. */
export async function findActionConfig(q: Queryable, action: string): Promise<ActionConfigRow | undefined> {
  const { rows } = await q.query<ActionConfigRow>(`SELECT ${columns} FROM jobs.action_configs WHERE action = $1`, [
    action,
  ]);
  return rows[0];
}

/** Makes the config of an action, or takes the place of the one that is there. After this the caller wakes the schedules. */
export async function saveActionConfig(
  q: Queryable,
  { action, parameters, requestedBy }: Pick<ActionConfigRow, 'action' | 'parameters' | 'requestedBy'>,
): Promise<ActionConfigRow> {
  const { rows } = await q.query<ActionConfigRow>(
    `WITH crons AS (UPDATE jobs.crons SET revision = revision + 1 WHERE action = $1)
     INSERT INTO jobs.action_configs (action, parameters, requested_by) VALUES ($1, $2, $3)
     ON CONFLICT (action) DO UPDATE SET parameters = excluded.parameters, requested_by = excluded.requested_by,
       updated_at = now()
     RETURNING ${columns}`,
    [action, JSON.stringify(parameters), requestedBy],
  );
  const saved = rows[0];
  if (!saved) throw new Error(`the config of ${action} was not saved`);
  return saved;
}

/**
 * Deletes the config of an action, whose defaults are its declaration's again. After this the caller wakes the schedules.
 *
 * @returns whether there was one
 */
export async function deleteActionConfig(q: Queryable, action: string): Promise<boolean> {
  const { rowCount } = await q.query(
    `WITH crons AS (UPDATE jobs.crons SET revision = revision + 1 WHERE action = $1)
     DELETE FROM jobs.action_configs WHERE action = $1`,
    [action],
  );
  return rowCount === 1;
}
