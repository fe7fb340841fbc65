import type { Queryable } from '../../database/pool.ts';
import type { JobPriority } from '../actions/action.ts';
import { findAction } from '../actions/catalogue.ts';
import { specColumns, specRecord, specValues, type JobSpec } from './job-spec.ts';

/** A job to be. */
export interface NewJob extends JobSpec {
  /** Also the workflow id. A job whose id is taken is not made again. */
  readonly id: string;
  /** Undefined: that of its action. */
  readonly priority?: JobPriority | undefined;
  /** Undefined: now. */
  readonly scheduledAt?: Date | undefined;
  /** The job that this one tries again; its own id for a first try. */
  readonly retryFromId: string;
}

// A join would not keep the order, which is that in which they are admitted.
const withConfig = `coalesce((SELECT c.parameters FROM jobs.action_configs c
                        WHERE c.action = j."action" AND j."retryFromId" = j."id"), '{}') || j."parameters"`;

/**
 * Writes jobs and the outbox rows in which they wait, in the caller's transaction: they exist exactly if it commits. The
 * parameters of the action's config lie under those of each job; a job that is tried again keeps those that it had. Jobs
 * whose id exists already are left as they are. After the commit the caller wakes the dispatcher.
 *
 * @returns how many jobs were new
 */
export async function enqueueJobs(tx: Queryable, jobs: readonly NewJob[]): Promise<number> {
  if (jobs.length === 0) return 0;
  const { rowCount } = await tx.query(
    `WITH new_jobs AS (
       INSERT INTO jobs.jobs (id, status, priority, retry_from_id, scheduled_at, ${specColumns})
       SELECT j."id", 'waiting', j."priority", j."retryFromId", coalesce(j."scheduledAt", now()),
              ${specValues('j', { parameters: withConfig })}
       FROM jsonb_to_recordset($1::jsonb) AS j(
         "id" text, "priority" smallint, "retryFromId" text, "scheduledAt" timestamptz, ${specRecord})
       ON CONFLICT (id) DO NOTHING
       RETURNING id, action, namespace, capacity_map, priority, scheduled_at
     )
     INSERT INTO jobs.outbox (job_id, command, due_at, state, action, namespace, capacity_map, priority)
     SELECT id, 'start', scheduled_at, CASE WHEN scheduled_at > now() THEN 'later' ELSE 'queued' END, action, namespace,
            capacity_map, priority
     FROM new_jobs`,
    [JSON.stringify(jobs.map((job) => ({ ...job, priority: job.priority ?? priorityOf(job.action) })))],
  );
  return rowCount ?? 0;
}

/**
 * Writes the row of a job that Temporal has already, which needs no row of the outbox. Where there is one it is left as it
 * is.
 */
export async function insertAdmitted(
  q: Queryable,
  { jobId, runId, job }: { readonly jobId: string; readonly runId: string; readonly job: JobSpec },
): Promise<void> {
  await q.query(
    `INSERT INTO jobs.jobs (id, status, priority, retry_from_id, scheduled_at, run_id, admitted_at, ${specColumns})
     SELECT $2::text, 'waiting', $3::smallint, $2, now(), $4::text, now(), ${specValues('j')} FROM jsonb_to_record($1::jsonb) AS j(${specRecord})
     ON CONFLICT (id) DO NOTHING`,
    [JSON.stringify(job), jobId, priorityOf(job.action), runId],
  );
}

/** The priority of an action's jobs; that in the middle for an action of another version. */
function priorityOf(action: string): JobPriority {
  return findAction(action)?.priority ?? 3;
}
