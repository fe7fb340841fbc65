import type { Queryable } from '../../database/pool.ts';
import { jobIs } from './stage.ts';

/** Rows that pile up: where they are, and in which order they grow old. Each has an index over `time` and `id`. */
export interface History {
  readonly table: string;
  readonly time: string;
  readonly idType: 'text' | 'uuid';
  /** Which rows count; that of the index. */
  readonly condition: string;
}

/** Jobs that have ended. */
export const jobHistory: History = {
  table: 'jobs.jobs',
  time: 'ended_at',
  idType: 'text',
  condition: jobIs.over,
};

/** A place in a history. The time is PostgreSQL's text of it, which is exact. */
export interface HistoryKey {
  readonly time: string;
  readonly id: string;
}

/** How much of a history stays; undefined: no limit. */
export interface HistoryLimits {
  readonly toKeep: number | undefined;
  readonly maxAgeMs: number | undefined;
}

// As many entries of an index as one statement passes over, so that none takes a second.
const stepSize = 100_000;

/**
 * Finds the row from which on a history is kept: older ones are beyond one of the limits, whichever is met first.
 *
 * @returns undefined where everything is within the limits
 */
export async function findHistoryCut(
  q: Queryable,
  history: History,
  { toKeep, maxAgeMs }: HistoryLimits,
): Promise<HistoryKey | undefined> {
  const byAge = maxAgeMs === undefined ? undefined : await firstYoungerThan(q, history, maxAgeMs);
  const byCount = toKeep === undefined ? undefined : await nthNewest(q, history, toKeep);
  if (!byAge || !byCount) return byAge ?? byCount;
  const { rows } = await q.query<{ isLater: boolean }>(
    `SELECT ($1::timestamptz, $2::text) > ($3::timestamptz, $4::text) AS "isLater"`,
    [byAge.time, byAge.id, byCount.time, byCount.id],
  );
  return rows[0]?.isLater ? byAge : byCount;
}

/** How many rows are older than a place. */
export async function countBefore(q: Queryable, history: History, before: HistoryKey): Promise<number> {
  let count = 0;
  for (let key: HistoryKey | undefined = before; ;) {
    const next: HistoryKey | undefined = await step(q, history, stepSize, key);
    if (!next) return count + (await countRest(q, history, key));
    count += stepSize;
    key = next;
  }
}

/** The place of the least id at the time before which rows are too old. */
async function firstYoungerThan(q: Queryable, { idType }: History, maxAgeMs: number): Promise<HistoryKey> {
  const { rows } = await q.query<{ time: string }>(`SELECT (now() - $1 * interval '1 ms')::text AS time`, [maxAgeMs]);
  return { time: rows[0]?.time ?? '', id: idType === 'uuid' ? '00000000-0000-0000-0000-000000000000' : '' };
}

async function nthNewest(q: Queryable, history: History, n: number): Promise<HistoryKey | undefined> {
  let key: HistoryKey | undefined;
  for (let left = n; left > 0; left -= stepSize) {
    key = await step(q, history, Math.min(left, stepSize), key);
    if (!key) return undefined;
  }
  return key;
}

/** The row that is so many rows older than a place, or than now. */
async function step(
  q: Queryable,
  { table, time, idType, condition }: History,
  size: number,
  before: HistoryKey | undefined,
): Promise<HistoryKey | undefined> {
  const older = before ? `AND (${time}, id) < ($2::timestamptz, $3::${idType})` : '';
  const { rows } = await q.query<HistoryKey>(
    `SELECT ${time}::text AS time, id FROM ${table} WHERE ${condition} ${older}
     ORDER BY ${time} DESC, id DESC OFFSET $1 LIMIT 1`,
    [size - 1, ...(before ? [before.time, before.id] : [])],
  );
  return rows[0];
}

async function countRest(
  q: Queryable,
  { table, time, idType, condition }: History,
  before: HistoryKey,
): Promise<number> {
  const { rows } = await q.query<{ count: number }>(
    `SELECT count(*) AS count FROM ${table} WHERE ${condition} AND (${time}, id) < ($1::timestamptz, $2::${idType})`,
    [before.time, before.id],
  );
  return rows[0]?.count ?? 0;
}
