import type { Queryable } from '../../database/pool.ts';

/** What an administrator has set for the jobs of one action. */
export interface ActionQueue {
  readonly action: string;
  /** No job starts; those that run go on. */
  readonly paused: boolean;
  readonly pauseNote: string;
  readonly pausedBy: string;
  readonly pausedAt: Date | null;
  /** Most jobs of the action in Temporal at once; null: the default, so many for each worker. */
  readonly maxRunning: number | null;
  /** Starts in a minute; null: no limit. */
  readonly ratePerMinute: number | null;
}

/** A change of an action's queue: what is left out stays. */
export interface ActionQueueChange {
  readonly paused?: boolean | undefined;
  readonly note?: string | undefined;
  readonly maxRunning?: number | null | undefined;
  readonly ratePerMinute?: number | null | undefined;
}

// A delivery waits for other people's servers most of its time; a worker makes so many at once.
const defaultPerWorker = new Map([['webhook', 50]]);
// What is in Temporal is before whatever comes next: so many small jobs are worth about a second of a small machine.
const usualPerWorker = 20;

/**
 * How many jobs of an action may be in Temporal at once where nobody has said.
 *
 * @param workers how many live; none counts as one, for the first that comes
 */
export function maxRunningByDefault(action: string, workers: number): number {
  return (defaultPerWorker.get(action) ?? usualPerWorker) * Math.max(1, workers);
}

const columns = `action, paused, pause_note AS "pauseNote", paused_by AS "pausedBy", paused_at AS "pausedAt",
  max_running AS "maxRunning", rate_per_minute AS "ratePerMinute"`;

/** The queues that somebody has ever changed, by action. */
export async function listActionQueues(q: Queryable): Promise<ActionQueue[]> {
  const { rows } = await q.query<ActionQueue>(`SELECT ${columns} FROM jobs.action_queues ORDER BY action`);
  return rows;
}

/** The queue of an action that nobody has changed. */
export function untouchedQueue(action: string): ActionQueue {
  const nothing = { paused: false, pauseNote: '', pausedBy: '', pausedAt: null };
  return { action, ...nothing, maxRunning: null, ratePerMinute: null };
}

/** Changes the queue of an action. After this the caller wakes the dispatcher, and the schedules of crons. */
export async function changeActionQueue(
  q: Queryable,
  action: string,
  { paused, note, maxRunning, ratePerMinute }: ActionQueueChange,
  changedBy: string,
): Promise<ActionQueue> {
  // Schedules of crons stand still while the queue does.
  const { rows } = await q.query<ActionQueue>(
    `WITH crons AS (UPDATE jobs.crons SET revision = revision + 1 WHERE action = $1 AND $2::boolean IS NOT NULL)
     INSERT INTO jobs.action_queues AS queue (action, paused, pause_note, paused_by, paused_at, max_running, rate_per_minute)
     VALUES ($1, coalesce($2, false), CASE WHEN $2 THEN coalesce($3, '') ELSE '' END, CASE WHEN $2 THEN $4 ELSE '' END,
             CASE WHEN $2 THEN now() END, $6, $8)
     ON CONFLICT (action) DO UPDATE SET
       paused = coalesce($2, queue.paused),
       pause_note = CASE WHEN coalesce($2, queue.paused) THEN coalesce($3, queue.pause_note) ELSE '' END,
       paused_by = CASE WHEN NOT coalesce($2, queue.paused) THEN '' WHEN queue.paused THEN queue.paused_by ELSE $4 END,
       paused_at = CASE WHEN coalesce($2, queue.paused) THEN coalesce(queue.paused_at, now()) END,
       max_running = CASE WHEN $5 THEN $6 ELSE queue.max_running END,
       rate_per_minute = CASE WHEN $7 THEN $8 ELSE queue.rate_per_minute END
     RETURNING ${columns}`,
    [
      action,
      paused ?? null,
      note ?? null,
      changedBy,
      maxRunning !== undefined,
      maxRunning ?? null,
      ratePerMinute !== undefined,
      ratePerMinute ?? null,
    ],
  );
  const saved = rows[0];
  if (!saved) throw new Error(`the queue of ${action} was not saved`);
  return saved;
}
