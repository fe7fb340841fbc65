import { activityInfo } from '@temporalio/activity';
import type pg from 'pg';
import { recordPause, type JobPause } from '../jobs/pause.ts';
import { endJob, startJob, type JobEnd } from '../jobs/records.ts';
import type { WakeUp } from '../jobs/wake-up.ts';
import type { JobInput } from '../workflows/shared/job-input.ts';

export interface JobRecordDeps {
  readonly pool: pg.Pool;
  /** Shown as the job's `workerID`. */
  readonly workerId: string;
  readonly wakeDispatcher: WakeUp;
  /** Wakes whoever follows the log of a job. */
  readonly wakeFollowers: WakeUp;
}

export type JobRecordActivities = ReturnType<typeof createJobRecordActivities>;

/** The local activities by which the workflow interceptor keeps the job's row. Each may run twice. */
export function createJobRecordActivities({ pool, workerId, wakeDispatcher, wakeFollowers }: JobRecordDeps) {
  return {
    async recordJobStart(start: { jobId: string; runId: string; job: JobInput }): Promise<void> {
      await startJob(pool, { ...start, workerId });
      if (start.job.deadline) wakeDispatcher.send();
      wakeFollowers.send();
    },

    async recordJobPause(pause: JobPause): Promise<void> {
      await recordPause(pool, pause);
      wakeFollowers.send();
    },

    async recordJobEnd(end: JobEnd): Promise<void> {
      const hasRetry = await endJob(pool, end);
      if (hasRetry) wakeDispatcher.send();
      wakeFollowers.send();
    },
  };
}

/** The id of the job whose activity is running. */
export function currentJobId(): string {
  const jobId = activityInfo().workflowExecution?.workflowId;
  if (jobId === undefined) throw new Error('this activity was not started by a workflow: it belongs to no job');
  return jobId;
}
