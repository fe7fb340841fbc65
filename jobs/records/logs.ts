import type { Queryable } from '../../database/pool.ts';
import { jobIs } from './stage.ts';

export type LogLevel = 'info' | 'warn' | 'error';

/** What goes into one line of a job's log, besides its time. Values are plain JSON. */
export interface LogEntry {
  readonly level: LogLevel;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** One line as `GET /jobs/{id}/logs` gives it: `data` is a JSON object as text. */
export interface JobLogLine {
  readonly lineNum: number;
  readonly data: string;
}

/** The text of a line that is written now. */
export function logLine(entry: LogEntry): string {
  return JSON.stringify({ time: new Date().toISOString(), ...entry });
}

/**
 * Appends lines to a job's log, numbered from 0 without gaps: the counter is in the job's row, so writers take turns.
 * Lines for a job that does not exist (any more) are dropped, as its log is, and so are those of an activity that still
 * writes while its job has ended: the line that says how it ended is the last.
 */
export async function appendJobLog(q: Queryable, jobId: string, entries: readonly LogEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const lines = entries.map(logLine);
  await q.query(
    `WITH numbered AS (
       UPDATE jobs.jobs SET next_line = next_line + cardinality($2::text[]) WHERE id = $1 AND ${jobIs.open}
       RETURNING next_line - cardinality($2::text[]) AS first_line
     )
     INSERT INTO jobs.log_lines (job_id, line_num, data)
     SELECT $1, numbered.first_line + line.position - 1, line.data
     FROM numbered, unnest($2::text[]) WITH ORDINALITY AS line(data, position)`,
    [jobId, lines],
  );
}

/**
 * Reads lines of a job's log in order.
 *
 * @param offset number of the first line
 * @param limit most lines to give
 */
export async function readJobLog(
  q: Queryable,
  jobId: string,
  { offset, limit }: { offset: number; limit: number },
): Promise<JobLogLine[]> {
  const { rows } = await q.query<JobLogLine>(
    `SELECT line_num AS "lineNum", data FROM jobs.log_lines
     WHERE job_id = $1 AND line_num >= $2 ORDER BY line_num LIMIT $3`,
    [jobId, offset, limit],
  );
  return rows;
}
