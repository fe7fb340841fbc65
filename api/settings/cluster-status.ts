import { type Static, Type } from 'typebox';
import type { Queryable } from '../../database/pool.ts';
import { findOrderFailure } from '../../jobs/queue/orders.ts';
import { hasLiveWorker } from '../../jobs/queue/worker-records.ts';
import { findCollectionWorker } from '../../jobs/records/queries.ts';
import { countUncheckedJobs } from '../../jobs/records/unchecked-jobs.ts';
import { mapOf, Timestamp } from '../http/schemas.ts';

/**
 * How the parts of the installation are, in MSR's shape (DTR 2.7 API, responses.ClusterStatus), whose replicas are our
 * parts: `database`, `temporal` and `workers`.
 */
export const ClusterStatusView = Type.Object(
  {
    // There is no RethinkDB, so there is nothing in it.
    rethink_system_tables: Type.Object({}),
    replica_health: {
      ...mapOf(Type.String()),
      description: 'OK where nothing is known to be wrong; otherwise what is',
    },
    replica_timestamp: { ...mapOf(Timestamp), description: 'When that was looked at' },
    replica_readonly: {
      ...mapOf(Type.Boolean()),
      description: 'Whether the registry is read-only; one setting holds for all',
    },
    gc_lock_holder: Type.String({ description: 'The worker on which a garbage collection runs; empty: none does' }),
  },
  { title: 'ClusterStatus' },
);

export type ClusterStatus = Static<typeof ClusterStatusView>;

export interface ClusterStatusDeps {
  readonly pool: Queryable;
  /** What is wrong with the processes of this installation process. */
  readonly problems: () => readonly string[];
}

const uncheckedMs = 60_000;
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
  const [uncheckedCount, lastError, gcWorker, hasWorker] = await Promise.all([
    countUncheckedJobs(pool, uncheckedMs),
    findOrderFailure(pool),
    findCollectionWorker(pool),
    hasLiveWorker(pool),
  ]);
  const workersProblem = hasWorker
    ? uncheckedCount > 0 && 'unfinished jobs are not looked at: no worker is at work'
    : 'no worker lives: no job runs until one starts';
  const [problem] = problems();
  const health = {
    database: 'OK',
    temporal: lastError === null ? 'OK' : `cannot be reached: ${lastError}`,
    workers: problem ?? (workersProblem || 'OK'),
  };
  const now = new Date();
  return {
    rethink_system_tables: {},
    replica_health: health,
    replica_timestamp: Object.fromEntries(parts.map((part) => [part, now])),
    replica_readonly: Object.fromEntries(parts.map((part) => [part, isReadOnly])),
    gc_lock_holder: gcWorker ?? '',
  };
}
