import type { Queryable } from '../../database/pool.ts';
import { hasLiveWorker } from '../../jobs/queue/worker-records.ts';

/**
 * How the parts of the installation are, in MSR's shape (DTR 2.7 API, responses.ClusterStatus), whose replicas are our
 * parts: `database`, `temporal` and `workers`.
 */
export interface ClusterStatus {
  /** There is no RethinkDB, so there is nothing in it. */
  readonly rethink_system_tables: Readonly<Record<string, never>>;
  /** `OK` where nothing is known to be wrong; otherwise what is. */
  readonly replica_health: Readonly<Record<string, string>>;
  /** When that was looked at. */
  readonly replica_timestamp: Readonly<Record<string, string>>;
  /** Whether the registry is read-only; one setting holds for all. */
  readonly replica_readonly: Readonly<Record<string, boolean>>;
  /** The worker on which a garbage collection runs; empty: none does. */
  readonly gc_lock_holder: string;
}

export interface ClusterStatusDeps {
  readonly pool: Queryable;
  /** What is wrong with the processes of this installation process. */
  readonly problems: () => readonly string[];
}

const parts = ['database', 'temporal', 'workers'] as const;

/**
 * Takes the status from what workers leave in the database: no process that serves HTTP has a connection to Temporal.
 *
 * @throws the error of the database where that is away
 */
export async function readClusterStatus(
  { pool, problems }: ClusterStatusDeps,
  isReadOnly: boolean,
): Promise<ClusterStatus> {
  // The reconciler compares unfinished jobs with Temporal every 15 s; the dispatcher keeps why an order failed.
  const { rows } = await pool.query<{ isUnchecked: boolean; lastError: string | null; gcWorker: string | null }>(
    `SELECT EXISTS (
              SELECT FROM jobs.jobs j
              WHERE admitted_at IS NOT NULL AND ended_at IS NULL AND checked_at < now() - interval '1 minute'
                AND NOT EXISTS (SELECT FROM jobs.outbox o WHERE o.job_id = j.id AND o.command = 'start')
            ) AS "isUnchecked",
            (SELECT last_error FROM jobs.outbox
             WHERE state = 'order' AND attempts > 0 AND due_at < now() + interval '10 seconds'
             ORDER BY due_at LIMIT 1) AS "lastError",
            (SELECT worker_id FROM jobs.jobs WHERE status = 'running' AND starts_with(action, 'onlinegc')
             ORDER BY scheduled_at LIMIT 1) AS "gcWorker"`,
  );
  const found = rows[0];
  if (!found) throw new Error('the status of the cluster has no row');
  const { isUnchecked, lastError, gcWorker } = found;
  const workersProblem = (await hasLiveWorker(pool))
    ? isUnchecked && 'unfinished jobs are not looked at: no worker is at work'
    : 'no worker lives: no job runs until one starts';
  const [problem] = problems();
  const health = {
    database: 'OK',
    temporal: lastError === null ? 'OK' : `cannot be reached: ${lastError}`,
    workers: problem ?? (workersProblem || 'OK'),
  };
  const now = new Date().toISOString();
  return {
    rethink_system_tables: {},
    replica_health: health,
    replica_timestamp: Object.fromEntries(parts.map((part) => [part, now])),
    replica_readonly: Object.fromEntries(parts.map((part) => [part, isReadOnly])),
    gc_lock_holder: gcWorker ?? '',
  };
}
