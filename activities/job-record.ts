import { activityInfo } from '@temporalio/activity';
import type pg from 'pg';
import { findDeadlineFailure } from '../jobs/records/deadlines.ts';
import { parkJob, type Parking, type ParkingOutcome } from '../jobs/records/parking.ts';
import { recordPause, recordPauseRequest, type JobPause, type JobPauseRequest } from '../jobs/records/pause.ts';
import { endJob, type JobEnd } from '../jobs/records/end-job.ts';
import { queueScheduledJob, startJob, type JobObserver } from '../jobs/records/records.ts';
import type { WakeUp } from '../database/wake-up.ts';
import type { JobSpec } from '../jobs/records/job-spec.ts';

export interface JobRecordDeps {
  readonly pool: pg.Pool;
  /** Shown as the job's `workerID`. */
  readonly workerId: string;
  readonly wakeDispatcher: WakeUp;
  /** Wakes whoever follows the log of a job. */
  readonly wakeFollowers: WakeUp;
  readonly observer?: JobObserver;
}

/** The local activities by which the workflow interceptor keeps the job's row. Each may run twice. */
export function createJobRecordActivities(deps: JobRecordDeps) {
  const { pool, workerId, wakeDispatcher, wakeFollowers, observer } = deps;
  return {
    async recordJobStart(start: { jobId: string; runId: string; job: JobSpec }): Promise<void> {
      await startJob(pool, { ...start, workerId }, observer);
      if (start.job.deadline) wakeDispatcher.send();
      wakeFollowers.send();
    },

    async recordJobQueued(job: Parameters<typeof queueScheduledJob>[1]): Promise<ParkingOutcome> {
      const outcome = await queueScheduledJob(pool, job);
      wakeDispatcher.send();
      return outcome;
    },

    async recordJobParked(parking: Parking): Promise<ParkingOutcome> {
      const outcome = await parkJob(pool, parking);
      wakeDispatcher.send();
      wakeFollowers.send();
      return outcome;
    },

    async recordJobPausing(request: JobPauseRequest): Promise<void> {
      await recordPauseRequest(pool, request);
      wakeFollowers.send();
    },

    async recordJobPause(pause: JobPause): Promise<void> {
      await recordPause(pool, pause);
      wakeFollowers.send();
    },

    /** @returns the failure where the job was cancelled because its deadline had passed */
    async recordJobEnd(end: JobEnd): Promise<string | undefined> {
      const isSomethingWaiting = await endJob(pool, { ...end, workerId }, observer);
      if (isSomethingWaiting) wakeDispatcher.send();
      wakeFollowers.send();
      return end.status === 'cancel' ? findDeadlineFailure(pool, end.jobId) : undefined;
    },
  };
}

/** The id of the job whose activity is running. */
export function currentJobId(): string {
  const jobId = activityInfo().workflowExecution?.workflowId;
  if (jobId === undefined) throw new Error('this activity was not started by a workflow: it belongs to no job');
  return jobId;
}

/** The fields by which a line of the server's log about that job can be found. */
export function currentJobFields(): Readonly<Record<string, string | undefined>> {
  const { workflowId, runId } = activityInfo().workflowExecution ?? {};
  return { jobId: workflowId, workflowId, runId };
}
