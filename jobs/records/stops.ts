import type pg from 'pg';
import { parseDurationMs } from '../../config/duration.ts';

/** That a running job is to be cancelled now. */
export interface StopRequest {
  readonly jobId: string;
  /** A Go duration string; empty: it is never terminated. */
  readonly stopTimeout: string;
  /** What the history in Temporal says. */
  readonly reason: string;
}

/**
 * Writes down that running workflows are to be cancelled and, where the job has a stop timeout, terminated after it.
 * The dispatcher tells Temporal when the time has come.
 */
export async function requestStops(tx: pg.PoolClient, requests: readonly StopRequest[]): Promise<void> {
  if (requests.length === 0) return;
  const orders = requests.flatMap(({ jobId, stopTimeout, reason }) => {
    const stopTimeoutMs = parseDurationMs(stopTimeout);
    const lastReason = `${reason}; still running when the stop timeout of ${stopTimeout} was over`;
    return [
      { jobId, command: 'cancel', afterMs: 0, details: { reason } },
      ...(stopTimeoutMs
        ? [{ jobId, command: 'terminate', afterMs: stopTimeoutMs, details: { reason: lastReason } }]
        : []),
    ];
  });
  // Whoever stops a job first says why it ended.
  await tx.query(`DELETE FROM jobs.outbox WHERE job_id = ANY($1) AND command = 'deadline'`, [
    requests.map(({ jobId }) => jobId),
  ]);
  await tx.query(
    `INSERT INTO jobs.outbox (job_id, command, details, due_at)
     SELECT o."jobId", o.command, o.details, now() + o."afterMs" * interval '1 ms'
     FROM jsonb_to_recordset($1::jsonb) AS o("jobId" text, command text, details jsonb, "afterMs" double precision)
     ON CONFLICT (job_id, command) DO UPDATE SET due_at = least(outbox.due_at, excluded.due_at)`,
    [JSON.stringify(orders)],
  );
}
