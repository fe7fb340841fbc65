import type { Queryable } from '../../database/pool.ts';
import type { JobStatus } from './status.ts';
import { jobIs } from './stage.ts';

/** A job that Temporal has, as far as its row knows. */
export interface UnfinishedJob {
  readonly id: string;
  readonly status: JobStatus;
  readonly runId: string;
}

// Orders that are still on their way to Temporal are the dispatcher's.
const isUnchecked = `${jobIs.admitted} AND checked_at < now() - $1 * interval '1 ms'
         AND NOT EXISTS (SELECT FROM jobs.outbox o WHERE o.job_id = j.id AND o.command = 'start')`;

/** Admitted jobs that nobody has compared with Temporal for so long, the oldest first. They count as checked from now on. */
export async function takeUncheckedJobs(q: Queryable, uncheckedMs: number, limit: number): Promise<UnfinishedJob[]> {
  const { rows } = await q.query<UnfinishedJob>(
    `UPDATE jobs.jobs SET checked_at = now() WHERE id IN (
       SELECT id FROM jobs.jobs j
       WHERE ${isUnchecked}
       ORDER BY checked_at LIMIT $2 FOR UPDATE SKIP LOCKED)
     RETURNING id, status, run_id AS "runId"`,
    [uncheckedMs, limit],
  );
  return rows;
}

/** How many there are of those, a thousand at the most. */
export async function countUncheckedJobs(q: Queryable, uncheckedMs: number): Promise<number> {
  const { rows } = await q.query<{ count: number }>(
    `SELECT count(*) AS count FROM (SELECT FROM jobs.jobs j WHERE ${isUnchecked} LIMIT 1000) unchecked`,
    [uncheckedMs],
  );
  return rows[0]?.count ?? 0;
}

/** A run of a workflow that goes on in Temporal. */
export interface WorkflowRun {
  /** That of the job. */
  readonly id: string;
  readonly runId: string;
  readonly startedAt: Date;
}

/** Of runs that go on, those that began after their job had ended: somebody has reset it in Temporal. */
export async function findRunsAfterEnd(
  q: Queryable,
  runs: readonly WorkflowRun[],
): Promise<Pick<WorkflowRun, 'id' | 'runId'>[]> {
  // A run that began before the end is the one that has ended: what Temporal lists is a moment old.
  const { rows } = await q.query<Pick<WorkflowRun, 'id' | 'runId'>>(
    `SELECT id, r."runId" FROM jsonb_to_recordset($1::jsonb) AS r(id text, "runId" text, "startedAt" timestamptz)
     JOIN jobs.jobs j USING (id) WHERE j.ended_at < r."startedAt"`,
    [JSON.stringify(runs)],
  );
  return rows;
}
