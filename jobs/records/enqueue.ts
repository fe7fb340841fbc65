import type { Queryable } from '../../database/pool.ts';
import type { JobPriority } from '../actions/action.ts';
import { findAction } from '../actions/catalogue.ts';
import type { JobSpec } from './job-spec.ts';

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
       INSERT INTO jobs.jobs (id, action, status, priority, parameters, capacity_map, retry_from_id, retries_left,
                              retries_total, deadline, stop_timeout, trigger, requested_by, namespace, repository,
                              cron, scheduled_at)
       SELECT j."id", j."action", 'waiting', j."priority",
              -- A join would not keep the order, which is that in which they are admitted.
              coalesce((SELECT c.parameters FROM jobs.action_configs c
                        WHERE c.action = j."action" AND j."retryFromId" = j."id"), '{}') || j."parameters",
              j."capacityMap", j."retryFromId", j."retriesLeft", j."retriesTotal", j."deadline", j."stopTimeout",
              j."trigger", j."requestedBy", j."namespace", j."repository", coalesce(j."cron", ''),
              coalesce(j."scheduledAt", now())
       FROM jsonb_to_recordset($1::jsonb) AS j(
         "id" text, "action" text, "priority" smallint, "parameters" jsonb, "capacityMap" jsonb, "retryFromId" text,
         "retriesLeft" integer, "retriesTotal" integer, "deadline" text, "stopTimeout" text, "trigger" text,
         "requestedBy" text, "namespace" text, "repository" text, "cron" text, "scheduledAt" timestamptz)
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

/** The priority of an action's jobs; that in the middle for an action of another version. */
export function priorityOf(action: string): JobPriority {
  return findAction(action)?.priority ?? 3;
}
