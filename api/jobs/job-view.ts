import { type Static, Type } from 'typebox';
import { viewProgress } from '../../jobs/records/progress.ts';
import { specOf } from '../../jobs/records/job-spec.ts';
import { findJob, type JobRow } from '../../jobs/records/queries.ts';
import { jobStatuses, jobTriggers } from '../../jobs/records/status.ts';
import { DomainError } from '../../errors/domain-error.ts';
import type { JobDeps } from '../http/instance.ts';
import { allReadOnly, mapOf, nullable, oneOf, readOnly, Timestamp } from '../http/schemas.ts';

/** The path parameters of one job. */
export const jobParams = Type.Object({ jobID: Type.String({ minLength: 1, maxLength: 255 }) });

/**
 * The job of this id.
 *
 * @throws DomainError NO_SUCH_JOB
 */
export async function requireJob({ pool }: Pick<JobDeps, 'pool'>, jobId: string): Promise<JobRow> {
  const job = await findJob(pool, jobId);
  if (!job) throw noSuchJob(jobId);
  return job;
}

/** The error for a job that is not there, or was deleted. */
export function noSuchJob(jobId: string): DomainError {
  return new DomainError('NO_SUCH_JOB', `there is no job "${jobId}": GET /api/v0/jobs lists those that are kept`);
}

const ProgressView = Type.Object(
  {
    phase: Type.String(),
    done: Type.Number(),
    total: nullable(Type.Number()),
    bytes: nullable(Type.Number()),
    rate: nullable(Type.Number()),
    secondsLeft: nullable(Type.Number()),
    updatedAt: Timestamp,
  },
  { title: 'JobProgress' },
);

/** A job as the API shows it: MSR's fields (DTR 2.7 API, tmpresponses.Job), and after them our own. */
export const JobView = Type.Object(
  {
    ...allReadOnly({
      id: Type.String(),
      retryFromID: Type.String(),
      workerID: Type.String(),
      status: oneOf(jobStatuses),
    }),
    scheduledAt: Timestamp,
    lastUpdated: readOnly(Timestamp),
    action: Type.String(),
    retriesLeft: readOnly(Type.Integer()),
    retriesTotal: readOnly(Type.Integer()),
    capacityMap: mapOf(Type.Integer()),
    parameters: mapOf(Type.String()),
    deadline: Type.String(),
    stopTimeout: Type.String(),
    ...allReadOnly({
      trigger: oneOf(jobTriggers),
      requestedBy: Type.String(),
      namespace: Type.String(),
      repository: Type.String(),
      cron: Type.String(),
      startedAt: nullable(Timestamp),
      endedAt: nullable(Timestamp),
    }),
    priority: Type.Integer({ minimum: 1, maximum: 5 }),
    paused: Type.Boolean(),
    pausing: Type.Boolean(),
    ...allReadOnly({
      progress: nullable(ProgressView),
      result: Type.Unknown(),
      failure: nullable(Type.String()),
    }),
    /** What it waits for, where that was looked up. */
    waitingReason: Type.Optional(readOnly(Type.String())),
  },
  { title: 'Job' },
);

/** The view of a job, without what it waits for. */
export function viewJob(job: JobRow): Static<typeof JobView> {
  return {
    id: job.id,
    retryFromID: job.retryFromId,
    workerID: job.workerId,
    status: job.status,
    scheduledAt: job.scheduledAt,
    lastUpdated: job.lastUpdated,
    ...specOf(job),
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
