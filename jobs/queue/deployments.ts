import type { Queryable } from '../../database/pool.ts';
import { assertWithinLimit } from '../../settings/limits.ts';
import type { CapacityMap } from './capacity.ts';

/** Workers that are run alike: each of them offers the same capacity. */
export interface Deployment {
  readonly name: string;
  readonly capacityMap: CapacityMap;
  /** Of its workers, those that live. */
  readonly workers: number;
}

const columns = `d.name, d.capacity_map AS "capacityMap", (
  SELECT count(*) FROM jobs.workers w
  WHERE w.deployment = d.name AND w.status = 'running' AND w.heartbeat_expiration > now()) AS workers`;

/** Deployments by name, from the one of a name on; all of them by default. */
export async function listDeployments(
  q: Queryable,
  { start, limit }: { readonly start: string; readonly limit: number | null } = { start: '', limit: null },
): Promise<Deployment[]> {
  const { rows } = await q.query<Deployment>(
    `SELECT ${columns} FROM jobs.deployments d WHERE d.name >= $1 ORDER BY d.name LIMIT $2`,
    [start, limit],
  );
  return rows;
}

/** The deployment of a worker, or undefined where there is no such worker. */
export async function findDeploymentOf(q: Queryable, workerId: string): Promise<string | undefined> {
  const { rows } = await q.query<{ deployment: string }>('SELECT deployment FROM jobs.workers WHERE id = $1', [
    workerId,
  ]);
  return rows[0]?.deployment;
}

/**
 * Sets what each worker of a deployment offers, also before it has any, in the caller's transaction. After this the
 * caller wakes the dispatcher.
 *
 * @throws LimitReachedError
 */
export async function setCapacity(tx: Queryable, name: string, capacityMap: CapacityMap): Promise<Deployment> {
  const { rows } = await tx.query<Deployment & { isNew: boolean }>(
    `INSERT INTO jobs.deployments AS d (name, capacity_map) VALUES ($1, $2)
     ON CONFLICT (name) DO UPDATE SET capacity_map = excluded.capacity_map, updated_at = now()
     RETURNING ${columns}, xmax = 0 AS "isNew"`,
    [name, JSON.stringify(capacityMap)],
  );
  if (!rows[0]) throw new Error(`the capacity of the deployment ${name} was not saved`);
  const { isNew, ...saved } = rows[0];
  if (isNew) {
    const things = 'SELECT FROM jobs.deployments';
    await assertWithinLimit(tx, { limit: 'maxDeployments', place: '', things, values: [] });
  }
  return saved;
}
