import type pg from 'pg';
import type { Queryable } from '../../database/pool.ts';
import { withTransaction } from '../../database/transaction.ts';
import { jobHistory, type History, type HistoryKey } from './history.ts';

/** The part of a history that is to go, and how much of it at once. */
export interface PruneRange {
  /** The newest row of the pages before; undefined: there were none. */
  readonly after: HistoryKey | undefined;
  /** The first row that stays. */
  readonly before: HistoryKey;
  /** Most rows, and most log lines, of one page. */
  readonly limit: number;
}

export interface PrunedPage {
  readonly removed: number;
  /** Log lines that went with jobs. */
  readonly linesRemoved: number;
  /** Where the next page begins; undefined after the last one. */
  readonly next: HistoryKey | undefined;
}

interface Candidate extends HistoryKey {
  readonly lines: number;
}

const nothing: PrunedPage = { removed: 0, linesRemoved: 0, next: undefined };

/**
 * Deletes the oldest jobs of a range with their logs, as many as have `limit` log lines between them. A job with more
 * loses so many lines of its log, and is deleted by the page that finds no more of them. Rows that somebody else has
 * locked are left for the next run.
 */
export async function pruneJobs(pool: pg.Pool, range: PruneRange): Promise<PrunedPage> {
  return withTransaction(pool, async (tx) => {
    const jobs = await listOldest(tx, jobHistory, range, 'next_line', 'FOR UPDATE SKIP LOCKED');
    const [oldest] = jobs;
    if (!oldest) return nothing;
    if (oldest.lines > range.limit) {
      const linesRemoved = await deleteFirstLines(tx, oldest.id, range.limit);
      // The rest of its log comes next, so the next page begins with it again.
      if (linesRemoved >= range.limit) return { removed: 0, linesRemoved, next: range.after ?? beginning };
      await tx.query('DELETE FROM jobs.jobs WHERE id = $1', [oldest.id]);
      return { removed: 1, linesRemoved, next: keyOf(oldest) };
    }
    let lines = 0;
    const page = jobs.filter((job) => (lines += job.lines) <= range.limit);
    const ids = page.map(({ id }) => id);
    const deleted = await tx.query('DELETE FROM jobs.log_lines WHERE job_id = ANY($1)', [ids]);
    await tx.query('DELETE FROM jobs.jobs WHERE id = ANY($1)', [ids]);
    const isLast = page.length === jobs.length && jobs.length < range.limit;
    return {
      removed: page.length,
      linesRemoved: deleted.rowCount ?? 0,
      next: isLast ? undefined : keyOf(page.at(-1) ?? oldest),
    };
  });
}

/** What `pruneJobs` would delete of the next jobs of a range. */
export async function previewJobs(q: Queryable, range: PruneRange): Promise<PrunedPage> {
  return previewPage(q, jobHistory, range, 'next_line');
}

/**
 * What would go of the next rows of a history.
 *
 * @param lines SQL: how many log lines go with a row
 */
export async function previewPage(
  q: Queryable,
  history: History,
  range: PruneRange,
  lines: string,
): Promise<PrunedPage> {
  const rows = await listOldest(q, history, range, lines, '');
  const last = rows.length < range.limit ? undefined : rows.at(-1);
  return {
    removed: rows.length,
    linesRemoved: rows.reduce((sum, row) => sum + row.lines, 0),
    next: last && keyOf(last),
  };
}

// Before the first row of any history.
const beginning: HistoryKey = { time: '-infinity', id: '' };

/**
 * The oldest rows of a range.
 *
 * @param lines SQL: how many log lines go with a row
 * @param lock SQL: how rows are locked, or nothing
 */
export async function listOldest(
  q: Queryable,
  { table, time, idType, condition }: History,
  { after, before, limit }: PruneRange,
  lines: string,
  lock: string,
): Promise<Candidate[]> {
  // Rows that were deleted a moment ago are still in the index, so a page does not begin at its end again.
  const newer = after && after.time !== beginning.time ? `AND (${time}, id) > ($4::timestamptz, $5::${idType})` : '';
  const { rows } = await q.query<Candidate>(
    `SELECT ${time}::text AS time, id, ${lines} AS lines FROM ${table}
     WHERE ${condition} AND (${time}, id) < ($1::timestamptz, $2::${idType}) ${newer}
     ORDER BY ${time}, id LIMIT $3 ${lock}`,
    [before.time, before.id, limit, ...(newer && after ? [after.time, after.id] : [])],
  );
  return rows;
}

/** Deletes the first lines that a job's log still has. Returns how many there were. */
async function deleteFirstLines(tx: Queryable, jobId: string, limit: number): Promise<number> {
  const { rowCount } = await tx.query(
    `DELETE FROM jobs.log_lines WHERE job_id = $1
       AND line_num < (SELECT min(line_num) FROM jobs.log_lines WHERE job_id = $1) + $2`,
    [jobId, limit],
  );
  return rowCount ?? 0;
}

/** The place of a row. */
export function keyOf({ time, id }: HistoryKey): HistoryKey {
  return { time, id };
}
