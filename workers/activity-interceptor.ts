import { ApplicationFailure, type Context } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';
import type pg from 'pg';
import { toFailure } from '../activities/failures.ts';
import { appendJobLog } from '../jobs/records/logs.ts';
import { jobFields } from '../telemetry/job-lines.ts';
import type { Logger } from '../log/logger.ts';

const manyAttempts = 20;

/**
 * Has every error of the domain fail its activity by its code. Writes every failed attempt of an activity into the log of its job, with the details that the failure carries, and
 * warns in the log of the process of one that is tried again and again.
 */
export function reportFailedAttempts(pool: pg.Pool, log: Logger): (context: Context) => ActivityInterceptors {
  return ({ info, cancellationSignal }) => ({
    inbound: {
      execute: async (input, next) => {
        try {
          return await next(input);
        } catch (thrown) {
          const error = toFailure(thrown);
          const { workflowId: jobId, runId } = info.workflowExecution ?? {};
          if (cancellationSignal.aborted || jobId === undefined) throw error;
          const fields = { activity: info.activityType, attempt: info.attempt, error: messageOf(error) };
          const lineFields = { ...jobFields(jobId, runId), ...fields };
          if (info.attempt % manyAttempts === 0) log.warn(lineFields, 'an activity fails again and again');
          const details = error instanceof ApplicationFailure ? error.details?.[0] : undefined;
          await appendJobLog(pool, jobId, [
            { level: 'warn', msg: 'attempt failed', ...fields, ...(details as object | undefined) },
          ]).catch((err: unknown) => log.warn({ ...lineFields, err }, 'a failed attempt could not be logged'));
          throw error;
        }
      },
    },
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
