import type pg from 'pg';
import type { Queryable } from '../../database/pool.ts';
import { defaultCapacityMap, heartbeatExpiryMs, type CapacityMap } from './capacity.ts';
import { logLine, type LogEntry } from '../records/logs.ts';
import { reopenReset } from '../records/reset-job.ts';
import { jobIs } from '../records/stage.ts';

/** How busy a worker is with one kind of task of one task queue. */
export interface WorkerSlots {
  readonly taskQueue: string;
  readonly kind: 'workflow' | 'activity' | 'localActivity';
  readonly used: number;
  readonly total: number;
}

/** A row of `jobs.workers`, with what its deployment offers. */
export interface WorkerRow {
  readonly id: string;
  readonly deployment: string;
  readonly status: 'running' | 'dead' | 'stopped';
  readonly version: string;
  readonly roles: readonly string[];
  readonly slots: readonly WorkerSlots[];
  readonly capacityMap: CapacityMap;
  readonly startedAt: Date;
  readonly heartbeatAt: Date;
  readonly heartbeatExpiration: Date;
}

/** What a worker says of itself when it starts. */
export type NewWorker = Pick<WorkerRow, 'id' | 'deployment' | 'version' | 'roles'>;

const removeAfter = '24 hours';

/**
 * Workers, those that ended in the last 24 h as well, the oldest first; all of them, or so many from the one of an id on.
 * One whose heartbeat is overdue counts as dead at once.
 */
export async function listWorkers(
  q: Queryable,
  { start, limit }: { readonly start: string; readonly limit: number | null } = { start: '', limit: null },
): Promise<WorkerRow[]> {
  const { rows } = await q.query<WorkerRow>(
    `SELECT w.id, w.deployment, w.version, w.roles, w.slots, d.capacity_map AS "capacityMap",
       CASE WHEN w.ended_at IS NULL AND w.heartbeat_expiration < now() THEN 'dead' ELSE w.status END AS status,
       w.started_at AS "startedAt", w.heartbeat_at AS "heartbeatAt", w.heartbeat_expiration AS "heartbeatExpiration"
     FROM jobs.workers w JOIN jobs.deployments d ON d.name = w.deployment
     WHERE $1 = '' OR (w.started_at, w.id) >= (SELECT started_at, id FROM jobs.workers WHERE id = $1)
     ORDER BY w.started_at, w.id LIMIT $2`,
    [start, limit],
  );
  return rows;
}

/** Workers that died, the last first, for as long as none of their deployment lives that has started since. */
export async function listMissingWorkers(
  q: Queryable,
  limit: number,
): Promise<Pick<WorkerRow, 'id' | 'deployment' | 'heartbeatAt'>[]> {
  const { rows } = await q.query<Pick<WorkerRow, 'id' | 'deployment' | 'heartbeatAt'>>(
    `SELECT id, deployment, heartbeat_at AS "heartbeatAt" FROM jobs.workers dead
     WHERE (status = 'dead' OR (ended_at IS NULL AND heartbeat_expiration < now()))
       AND NOT EXISTS (SELECT FROM jobs.workers w
                       WHERE w.deployment = dead.deployment AND w.started_at > dead.heartbeat_at
                         AND status = 'running' AND heartbeat_expiration > now())
     ORDER BY heartbeat_at DESC, id LIMIT $1`,
    [limit],
  );
  return rows;
}

/** Whether a worker lives that takes work. */
export async function hasLiveWorker(q: Queryable): Promise<boolean> {
  const { rows } = await q.query<{ isThere: boolean }>(
    `SELECT EXISTS (SELECT FROM jobs.workers WHERE status = 'running' AND heartbeat_expiration > now()) AS "isThere"`,
  );
  return rows[0]?.isThere ?? false;
}

/** Enters a worker, and its deployment, with the usual capacity, where nobody has set it. */
export async function registerWorker(pool: pg.Pool, worker: NewWorker): Promise<void> {
  await pool.query('INSERT INTO jobs.deployments (name, capacity_map) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    worker.deployment,
    JSON.stringify(defaultCapacityMap),
  ]);
  await pool.query(
    `INSERT INTO jobs.workers (id, deployment, status, version, roles, heartbeat_expiration)
     VALUES ($1, $2, 'running', $3, $4, now() + $5 * interval '1 ms')`,
    [worker.id, worker.deployment, worker.version, worker.roles, heartbeatExpiryMs],
  );
}

/**
 * Tells that a worker lives.
 *
 * @returns `resurrected` where others had taken it for dead; `removed` where its row is gone
 */
export async function sendHeartbeat(
  pool: pg.Pool,
  workerId: string,
  slots: readonly WorkerSlots[],
): Promise<'known' | 'resurrected' | 'removed'> {
  const { rows } = await pool.query<{ wasDead: boolean }>(
    `UPDATE jobs.workers w SET slots = $2, heartbeat_at = now(), heartbeat_expiration = now() + $3 * interval '1 ms',
       status = CASE w.status WHEN 'dead' THEN 'running' ELSE w.status END,
       ended_at = CASE w.status WHEN 'dead' THEN NULL ELSE w.ended_at END
     FROM (SELECT id, status FROM jobs.workers WHERE id = $1 FOR UPDATE) before WHERE w.id = before.id
     RETURNING before.status = 'dead' AS "wasDead"`,
    [workerId, JSON.stringify(slots), heartbeatExpiryMs],
  );
  const [row] = rows;
  if (!row) return 'removed';
  return row.wasDead ? 'resurrected' : 'known';
}

/** A worker takes no more work: its capacity does not count any more. */
export async function stopWorker(pool: pg.Pool, workerId: string): Promise<void> {
  await pool.query(`UPDATE jobs.workers SET status = 'stopped' WHERE id = $1 AND status = 'running'`, [workerId]);
}

/** A stopped worker has come to its end. Jobs that it still had are free for others, and say so in their log. */
export async function endWorker(pool: pg.Pool, workerId: string): Promise<void> {
  await releaseJobs(pool, workerId, { level: 'warn', msg: 'worker_shutdown', workerID: workerId });
  await pool.query('UPDATE jobs.workers SET ended_at = now(), heartbeat_at = now() WHERE id = $1', [workerId]);
}

/** Workers that have not told for too long that they live, and that nobody has marked as dead. */
export async function findOverdueWorkers(q: Queryable): Promise<string[]> {
  const { rows } = await q.query<{ id: string }>(
    'SELECT id FROM jobs.workers WHERE ended_at IS NULL AND heartbeat_expiration < now() ORDER BY id',
  );
  return rows.map(({ id }) => id);
}

/**
 * Marks an overdue worker as dead, after noting it in the log of the jobs that it had, which Temporal gives to others.
 * Any process may do so, also several at once.
 *
 * @returns how many jobs this call has found with it
 */
export async function buryWorker(pool: pg.Pool, workerId: string): Promise<number> {
  const jobs = await releaseJobs(pool, workerId, { level: 'warn', msg: 'worker_dead', workerID: workerId });
  await pool.query(
    `UPDATE jobs.workers SET status = 'dead', ended_at = now()
     WHERE id = $1 AND ended_at IS NULL AND heartbeat_expiration < now()`,
    [workerId],
  );
  return jobs;
}

const releasedAtOnce = 500;

/** Notes in the log of every running job of a worker that it has left, so that none is said to be there any more. */
async function releaseJobs(pool: pg.Pool, workerId: string, entry: LogEntry): Promise<number> {
  for (let total = 0; ;) {
    const { rowCount } = await pool.query(
      `WITH released AS (
         UPDATE jobs.jobs SET worker_id = '', last_updated = now(), next_line = next_line + 1 WHERE id IN (
           SELECT id FROM jobs.jobs WHERE ${jobIs.inFlight} AND worker_id = $1
           ORDER BY id LIMIT $3 FOR UPDATE)
         RETURNING id, next_line - 1 AS line_num
       )
       INSERT INTO jobs.log_lines (job_id, line_num, data) SELECT id, line_num, $2 FROM released`,
      [workerId, logLine(entry), releasedAtOnce],
    );
    total += rowCount ?? 0;
    if ((rowCount ?? 0) < releasedAtOnce) return total;
  }
}

/** Writes down which worker a running job is on, and that it runs where its workflow was reset in Temporal. */
export async function claimJob(
  pool: pg.Pool,
  { jobId, runId, workerId }: { readonly jobId: string; readonly runId: string; readonly workerId: string },
): Promise<void> {
  const { rows } = await pool.query<{ isEnded: boolean }>(
    `WITH claimed AS (
       UPDATE jobs.jobs SET worker_id = $2 WHERE id = $1 AND worker_id <> $2 AND ${jobIs.open}
     )
     SELECT ${jobIs.over} AS "isEnded" FROM jobs.jobs WHERE id = $1`,
    [jobId, workerId],
  );
  if (rows[0]?.isEnded) await reopenReset(pool, jobId, runId);
}

/** Removes workers that ended more than 24 h ago. */
export async function removeOldWorkers(pool: pg.Pool): Promise<void> {
  await pool.query('DELETE FROM jobs.workers WHERE ended_at < now() - $1::interval', [removeAfter]);
}
