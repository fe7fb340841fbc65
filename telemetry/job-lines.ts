import type { JobObserver } from '../jobs/records/records.ts';
import type { Logger } from '../log/logger.ts';

/**
 * The fields by which every line about a job can be found, here and in Temporal, where the id of the job is that of the
 * workflow.
 *
 * @param runId undefined or empty: it has none yet
 */
export function jobFields(jobId: string, runId?: string): Readonly<Record<string, string>> {
  return { jobId, workflowId: jobId, ...(runId && { runId }) };
}

/** Writes a line for every start and every end of a job; a failure is a warning. */
export function createJobLines(log: Logger): JobObserver {
  return {
    started: ({ jobId, runId, action, trigger, waitMs }) =>
      log.info({ ...jobFields(jobId, runId), action, trigger, waitMs: Math.round(waitMs) }, 'job started'),
    ended: ({ jobId, runId, action, status, runMs, isRetried, failure }) =>
      log[status === 'error' ? 'warn' : 'info'](
        { ...jobFields(jobId, runId), action, status, runMs, isRetried, failure },
        'job ended',
      ),
  };
}

/** Tells several observers, in their order. */
export function observeAll(...observers: readonly JobObserver[]): JobObserver {
  return {
    started: (job) => observers.forEach((observer) => observer.started(job)),
    ended: (job) => observers.forEach((observer) => observer.ended(job)),
  };
}
