import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';
import type pg from 'pg';
import { claimJob } from '../jobs/queue/worker-records.ts';
import { jobFields } from '../telemetry/job-lines.ts';
import type { Logger } from '../log/logger.ts';

/** Has the row of a job name the worker that runs an activity of it now: it may be another one than before. */
export function claimJobs(
  pool: pg.Pool,
  { workerId, log }: { readonly workerId: string; readonly log: Logger },
): (context: Context) => ActivityInterceptors {
  return ({ info }) => ({
    inbound: {
      execute: async (input, next) => {
        const { workflowId: jobId, runId } = info.workflowExecution ?? {};
        // Local activities are what writes the row.
        if (jobId !== undefined && runId !== undefined && !info.isLocal) {
          // It is for people to see: the work does not wait for it to be right.
          await claimJob(pool, { jobId, runId, workerId }).catch((err: unknown) =>
            log.warn({ ...jobFields(jobId, runId), err }, 'the worker of a job could not be recorded'),
          );
        }
        return next(input);
      },
    },
  });
}
