import type { Queryable } from '../../database/pool.ts';
import type { JobStatus, JobTrigger } from '../records/status.ts';

/** A job that a cron has made, by its schedule or because somebody triggered it. */
export interface CronRun {
  readonly jobId: string;
  readonly status: JobStatus;
  readonly trigger: JobTrigger;
  readonly scheduledAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly failure: string | null;
}

const runsShown = 5;

/** The last jobs of each cron, the newest first, by the name of the cron. */
export async function lastCronRuns(q: Queryable, names: readonly string[]): Promise<ReadonlyMap<string, CronRun[]>> {
  const { rows } = await q.query<CronRun & { cron: string }>(
    `SELECT j.* FROM unnest($1::text[]) AS c(name) CROSS JOIN LATERAL (
       SELECT cron, id AS "jobId", status, trigger, scheduled_at AS "scheduledAt", started_at AS "startedAt",
              ended_at AS "endedAt", failure
       FROM jobs.jobs WHERE cron = c.name AND cron <> '' AND status <> 'deleted'
       ORDER BY scheduled_at DESC, id DESC LIMIT $2) j`,
    [names, runsShown],
  );
  return Map.groupBy(rows, ({ cron }) => cron);
}

/** When it was this job's turn, where a schedule made it: Temporal ends the id with that time. */
export function dueTime(jobId: string): Date | undefined {
  const text = /-(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)(~\d+)?$/.exec(jobId)?.[1];
  return text === undefined ? undefined : new Date(text);
}
