import { parseDurationMs } from '../../config/duration.ts';
import { withTransaction, type TransactionSource } from '../../database/transaction.ts';
import { setDeadline } from './deadlines.ts';
import { logLine } from './logs.ts';
import { jobIs } from './stage.ts';

/**
 * Shows a job that has ended as running again where another run of its workflow goes on: somebody has reset it in Temporal.
 * Its deadline begins anew. What has not ended, or ended with this run, is left alone.
 *
 * @param runId the run that goes on
 * @returns whether it was so
 */
export async function reopenReset(source: TransactionSource, jobId: string, runId: string): Promise<boolean> {
  return withTransaction(source, async (tx) => {
    const { rows } = await tx.query<{ deadline: string }>(
      // A job that never ran has no run that could be reset.
      `WITH reopened AS (
         UPDATE jobs.jobs SET status = 'running', run_id = $2, started_at = now(), ended_at = NULL, result = NULL,
           failure = NULL, progress = NULL, parked_at = NULL, deadline_passed_at = NULL, checked_at = now(),
           last_updated = now(), next_line = next_line + 1
         WHERE id = $1 AND ${jobIs.over} AND status <> 'deleted' AND run_id NOT IN ('', $2)
           AND ended_run_id <> $2
         RETURNING id, deadline, next_line - 1 AS line_num
       ), logged AS (
         INSERT INTO jobs.log_lines (job_id, line_num, data) SELECT id, line_num, $3 FROM reopened
       )
       SELECT deadline FROM reopened`,
      [jobId, runId, logLine({ level: 'warn', msg: 'reset in Temporal', runID: runId })],
    );
    const [job] = rows;
    const deadlineMs = parseDurationMs(job?.deadline ?? '');
    if (deadlineMs) await setDeadline(tx, jobId, deadlineMs);
    return job !== undefined;
  });
}
