import { Type } from 'typebox';
import { viewProgress } from '../../jobs/records/progress.ts';
import { findJob, type JobRow } from '../../jobs/records/queries.ts';
import { DomainError } from '../../errors/domain-error.ts';
import type { ApiDeps } from '../http/instance.ts';

/** The path parameters of one job. */
export const jobParams = Type.Object({ jobID: Type.String({ minLength: 1, maxLength: 255 }) });

/**
 * The job of this id.
 *
 * @throws DomainError NO_SUCH_JOB
 */
export async function requireJob({ pool }: Pick<ApiDeps, 'pool'>, jobId: string): Promise<JobRow> {
  const job = await findJob(pool, jobId);
  if (!job) throw noSuchJob(jobId);
  return job;
}

/** The error for a job that is not there, or was deleted. */
export function noSuchJob(jobId: string): DomainError {
  return new DomainError('NO_SUCH_JOB', `there is no job "${jobId}": GET /api/v0/jobs lists those that are kept`);
}

/** A job as the API shows it, with what it waits for where that was looked up. */
export type ShownJob = ReturnType<typeof viewJob> & { readonly waitingReason?: string };

/** What of a job no request changes by its body, besides its pause and priority. */
export const fixedJobFields = {
  id: 'read-only',
  retryFromID: 'read-only',
  workerID: 'read-only',
  status: 'read-only',
  lastUpdated: 'read-only',
  retriesLeft: 'read-only',
  retriesTotal: 'read-only',
  trigger: 'read-only',
  requestedBy: 'read-only',
  namespace: 'read-only',
  repository: 'read-only',
  cron: 'read-only',
  startedAt: 'read-only',
  endedAt: 'read-only',
  progress: 'read-only',
  result: 'read-only',
  failure: 'read-only',
  waitingReason: 'read-only',
} as const;

/** A job as the API shows it: MSR's fields (DTR 2.7 API, tmpresponses.Job), and after them our own. */
export function viewJob(job: JobRow) {
  return {
    id: job.id,
    retryFromID: job.retryFromId,
    workerID: job.workerId,
    status: job.status,
    scheduledAt: job.scheduledAt,
    lastUpdated: job.lastUpdated,
    action: job.action,
    retriesLeft: job.retriesLeft,
    retriesTotal: job.retriesTotal,
    capacityMap: job.capacityMap,
    parameters: job.parameters,
    deadline: job.deadline,
    stopTimeout: job.stopTimeout,
    trigger: job.trigger,
    requestedBy: job.requestedBy,
    namespace: job.namespace,
    repository: job.repository,
    cron: job.cron,
    startedAt: job.startedAt,
    endedAt: job.endedAt,
    priority: job.priority,
    paused: job.paused,
    pausing: job.pausing,
    progress: job.progress && viewProgress(job.progress),
    result: job.result,
    failure: job.failure,
  };
}
