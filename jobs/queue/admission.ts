import type pg from 'pg';
import type { Queryable } from '../../database/pool.ts';
import { withTransaction } from '../../database/transaction.ts';
import { createAdmissionPlan, type AdmissionPlan, type AdmissionState, type Lane } from './admission-plan.ts';
import { findAction } from '../actions/catalogue.ts';
import { jobIs } from '../records/stage.ts';
import { lanesQuery } from './lanes.ts';

/** What the outbox has for a dispatcher. */
export interface OutboxWork {
  /** Jobs wait to be admitted, or their time has come. */
  readonly hasQueue: boolean;
  /** Temporal is to be told something. */
  readonly hasOrders: boolean;
}

/** Looks whether there is anything to do, by one probe of an index each. */
export async function findOutboxWork(q: Queryable): Promise<OutboxWork> {
  const { rows } = await q.query<OutboxWork>(
    `SELECT EXISTS (SELECT FROM jobs.outbox WHERE state = 'queued')
         OR EXISTS (SELECT FROM jobs.outbox WHERE state = 'later' AND due_at <= now()) AS "hasQueue",
       EXISTS (SELECT FROM jobs.outbox WHERE state = 'order' AND due_at <= now()) AS "hasOrders"`,
  );
  return rows[0] ?? { hasQueue: false, hasOrders: false };
}

export interface Admissions {
  /**
   * Admits waiting jobs as far as there is room: marks them, and turns their rows into orders to Temporal. Only one
   * process does so at a time; another one's call returns at once.
   *
   * @returns whether there may be more to admit now
   */
  readonly admit: () => Promise<boolean>;
}

const batchSize = 100;
const promotedAtOnce = 1_000;
/** How long a job is passed by smaller ones before what is free of its capacity is kept for it. */
const patienceMs = 30_000;

/**
 * Makes the admission of this process. Jobs go by priority; lanes of the same priority take turns, and in a lane one
 * namespace after the other, so that whoever has a hundred thousand jobs waiting delays nobody's first.
 *
 * @param options.patienceMs for tests; default 30 s
 */
export function createAdmissions(pool: pg.Pool, options: { readonly patienceMs?: number } = {}): Admissions {
  const passed = createPassedLanes(options.patienceMs ?? patienceMs);
  return {
    admit: () =>
      withTransaction(pool, async (tx) => {
        const { rows } = await tx.query<{ isAlone: boolean }>(
          // Compiling these statements would take longer than they do.
          `SELECT set_config('jit', 'off', true), pg_try_advisory_xact_lock(hashtext('jobrunner admission')) AS "isAlone"`,
        );
        if (!rows[0]?.isAlone) return false;
        const hasMoreDue = (await promoteDue(tx)) === promotedAtOnce;
        await forgetTurns(tx);
        const state = await loadAdmissionState(tx);
        const plan = createAdmissionPlan(state);
        let left = batchSize;
        const admitted = new Map<string, number>();
        for (const lane of state.lanes) {
          // A newer version's, during an upgrade: that one admits it.
          if (!findAction(lane.action)) continue;
          const count = await admitFrom(tx, lane, { plan, passed, left });
          admitted.set(lane.action, (admitted.get(lane.action) ?? 0) + count);
          left -= count;
          if (left === 0) break;
        }
        await spendTokens(tx, state, admitted);
        passed.forgetOthers(state.lanes);
        return hasMoreDue || left === 0;
      }),
  };
}

async function admitFrom(
  tx: pg.PoolClient,
  lane: Lane,
  { plan, passed, left }: { plan: AdmissionPlan; passed: PassedLanes; left: number },
): Promise<number> {
  const room = plan.roomFor(lane);
  if ('obstacle' in room) {
    if (room.by === 'capacity' && passed.isTooLong(lane)) plan.keepFor(lane);
    if (room.by === 'action') passed.forget(lane);
    return 0;
  }
  passed.forget(lane);
  const count = await admitFairly(tx, lane, Math.min(room.limit, left));
  plan.take(lane, count);
  return count;
}

/** Lanes come and go with namespaces and endpoints. One that was not served for a day is as good as one that never was. */
async function forgetTurns(tx: pg.PoolClient): Promise<void> {
  await tx.query(
    `DELETE FROM jobs.queue_turns WHERE (priority, action, capacity_map) IN (
       SELECT priority, action, capacity_map FROM jobs.queue_turns
       WHERE served_at < now() - interval '1 day' ORDER BY served_at LIMIT $1)`,
    [batchSize],
  );
}

/** Moves starts whose time has come into the queue. */
async function promoteDue(tx: pg.PoolClient): Promise<number> {
  const { rowCount } = await tx.query(
    `UPDATE jobs.outbox SET state = 'queued' WHERE id IN (
       SELECT id FROM jobs.outbox WHERE state = 'later' AND due_at <= now()
       ORDER BY due_at, id LIMIT $1 FOR UPDATE SKIP LOCKED)`,
    [promotedAtOnce],
  );
  return rowCount ?? 0;
}

/** Reads what decides about admission. It costs as much as there are lanes and jobs in Temporal. */
export async function loadAdmissionState(q: Queryable): Promise<AdmissionState> {
  const { rows } = await q.query<AdmissionState>(
    `WITH RECURSIVE ${lanesQuery}
     SELECT
       (SELECT coalesce(jsonb_agg(jsonb_build_object('priority', l.priority, 'action', l.action,
            'capacityMap', l.capacity_map) ORDER BY l.priority, t.served_at NULLS FIRST, l.action, l.capacity_map), '[]')
        FROM lanes l LEFT JOIN jobs.queue_turns t USING (priority, action, capacity_map)) AS lanes,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('action', action, 'paused', paused, 'maxRunning', max_running,
            'ratePerMinute', rate_per_minute, 'tokens', least(greatest(1, rate_per_minute / 30.0),
              tokens + rate_per_minute / 60.0 * extract(epoch FROM now() - tokens_at)))), '[]')
        FROM jobs.action_queues) AS queues,
       (SELECT coalesce(jsonb_agg(f), '[]') FROM (
          SELECT action, capacity_map AS "capacityMap", count(*) AS count FROM jobs.jobs
          WHERE ${jobIs.inFlight}
          GROUP BY action, capacity_map) f) AS "inFlight",
       (SELECT coalesce(jsonb_agg(c), '[]') FROM (
          SELECT d.capacity_map AS "capacityMap", count(*) AS count
          FROM jobs.workers w JOIN jobs.deployments d ON d.name = w.deployment
          WHERE w.status = 'running' AND w.heartbeat_expiration > now() GROUP BY d.name) c) AS offers`,
  );
  const state = rows[0];
  if (!state) throw new Error('the database gave no state of admission');
  return state;
}

/**
 * Admits up to `limit` jobs of a lane, one of each namespace in turn, beginning behind the one that was served last.
 * It looks at no more than `limit` namespaces.
 *
 * @returns how many
 */
async function admitFairly(tx: pg.PoolClient, { priority, action, capacityMap }: Lane, limit: number): Promise<number> {
  const { rowCount } = await tx.query(
    `WITH RECURSIVE last AS MATERIALIZED (
       SELECT coalesce((SELECT namespace FROM jobs.queue_turns
                        WHERE priority = $1 AND action = $2 AND capacity_map = $3), '') AS namespace
     ),
     walk AS (
       SELECT last.namespace, false AS is_wrapped, 0 AS position FROM last
       UNION ALL
       SELECT following.namespace, following.is_wrapped, walk.position + 1
       FROM walk CROSS JOIN last CROSS JOIN LATERAL (
         (SELECT o.namespace, walk.is_wrapped FROM jobs.outbox o
          WHERE o.state = 'queued' AND o.priority = $1 AND o.action = $2 AND o.capacity_map = $3
            AND o.namespace > walk.namespace AND (NOT walk.is_wrapped OR o.namespace <= last.namespace)
          ORDER BY o.namespace LIMIT 1)
         UNION ALL
         (SELECT o.namespace, true FROM jobs.outbox o
          WHERE NOT walk.is_wrapped
            AND o.state = 'queued' AND o.priority = $1 AND o.action = $2 AND o.capacity_map = $3
            AND o.namespace <= last.namespace
          ORDER BY o.namespace LIMIT 1)
         ORDER BY is_wrapped LIMIT 1
       ) following
       WHERE walk.position < $4
     ),
     heads AS MATERIALIZED (
       SELECT head.id, head.job_id, walk.namespace, head.turn, walk.position
       FROM walk CROSS JOIN LATERAL (
         SELECT first.*, row_number() OVER (ORDER BY first.due_at, first.id) AS turn FROM (
           SELECT o.id, o.job_id, o.due_at FROM jobs.outbox o
           WHERE o.state = 'queued' AND o.priority = $1 AND o.action = $2 AND o.capacity_map = $3
             AND o.namespace = walk.namespace
           ORDER BY o.due_at, o.id LIMIT $4 + 1 - (SELECT count(*) FROM walk WHERE position > 0)
         ) first
       ) head
       WHERE walk.position > 0
       ORDER BY head.turn, walk.position LIMIT $4
     ),
     -- Whoever cancels a job holds its row before that of the outbox. Arrays, for a join might read the whole table.
     locked AS MATERIALIZED (
       SELECT id FROM jobs.jobs WHERE id = ANY (ARRAY(SELECT job_id FROM heads)) FOR UPDATE SKIP LOCKED
     ),
     marked AS (
       UPDATE jobs.jobs SET admitted_at = coalesce(admitted_at, now()), checked_at = now(), parked_at = NULL
       WHERE id = ANY (ARRAY(SELECT id FROM locked))
     ),
     turned AS (
       INSERT INTO jobs.queue_turns (priority, action, capacity_map, namespace)
       SELECT $1, $2, $3, namespace FROM heads ORDER BY turn DESC, position DESC LIMIT 1
       ON CONFLICT (priority, action, capacity_map)
         DO UPDATE SET namespace = excluded.namespace, served_at = clock_timestamp()
     )
     UPDATE jobs.outbox SET state = 'order' WHERE id = ANY (ARRAY(
       SELECT heads.id FROM heads
       WHERE heads.job_id = ANY (ARRAY(SELECT id FROM locked))
          OR (SELECT true FROM jobs.jobs j WHERE j.id = heads.job_id) IS NULL))`,
    [priority, action, JSON.stringify(capacityMap), limit],
  );
  return rowCount ?? 0;
}

async function spendTokens(
  tx: pg.PoolClient,
  { queues }: AdmissionState,
  admitted: ReadonlyMap<string, number>,
): Promise<void> {
  for (const { action, ratePerMinute, tokens } of queues) {
    const count = admitted.get(action) ?? 0;
    if (ratePerMinute === null || count === 0) continue;
    await tx.query('UPDATE jobs.action_queues SET tokens = $2, tokens_at = now() WHERE action = $1', [
      action,
      tokens - count,
    ]);
  }
}

interface PassedLanes {
  /** Whether the lane, which has no room, has had none for too long. */
  isTooLong(lane: Lane): boolean;
  forget(lane: Lane): void;
  forgetOthers(lanes: readonly Lane[]): void;
}

/** Since when lanes have found no room. Each process has its own clock for it; the longest counts. */
function createPassedLanes(patienceMs: number): PassedLanes {
  const sinceMs = new Map<string, number>();
  const keyOf = ({ priority, action, capacityMap }: Lane): string => JSON.stringify([priority, action, capacityMap]);
  return {
    isTooLong: (lane) => {
      const key = keyOf(lane);
      const since = sinceMs.get(key) ?? performance.now();
      sinceMs.set(key, since);
      return performance.now() - since > patienceMs;
    },
    forget: (lane) => void sinceMs.delete(keyOf(lane)),
    forgetOthers: (lanes) => {
      const there = new Set(lanes.map(keyOf));
      for (const key of sinceMs.keys()) if (!there.has(key)) sinceMs.delete(key);
    },
  };
}
