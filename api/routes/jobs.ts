import { Type } from 'typebox';
import { cancelJob, deleteJob, submitJob } from '../../jobs/commands.ts';
import { readJobLog } from '../../jobs/logs.ts';
import { findJob, listJobs, type JobRow } from '../../jobs/queries.ts';
import { jobStatuses, type JobStatus } from '../../jobs/status.ts';
import { requireAccount } from '../access.ts';
import { ApiError } from '../errors.ts';
import type { ApiDeps, ApiInstance } from '../instance.ts';
import { jobFormFields, readJobFields, requireAction } from '../job-fields.ts';
import { followJobLog } from '../job-log-stream.ts';

const maxPageSize = 1_000;
const maxLogLines = 10_000;

const config = { access: 'system-admin' } as const;
const jobParams = Type.Object({ jobID: Type.String({ minLength: 1, maxLength: 255 }) });

/** `/api/v0/jobs` (msr.md section 2.3). */
export function jobRoutes(app: ApiInstance, deps: ApiDeps): void {
  const { pool, wakeDispatcher } = deps;

  app.get(
    '/api/v0/jobs',
    {
      config,
      schema: {
        querystring: Type.Object(
          {
            action: Type.String({ default: 'any' }),
            worker: Type.String({ default: 'any' }),
            running: Type.Enum(['any', 'true', 'false'], { default: 'any' }),
            status: Type.String({ default: 'any' }),
            start: Type.Integer({ minimum: 0, maximum: 1_000_000_000, default: 0 }),
            limit: Type.Integer({ minimum: 0, maximum: maxPageSize, default: 10 }),
          },
          { additionalProperties: false },
        ),
      },
    },
    async ({ query }) => {
      const filter = {
        action: query.action === 'any' ? undefined : requireAction(query.action).name,
        workerId: query.worker === 'any' ? undefined : query.worker,
        statuses: query.status === 'any' ? undefined : query.status.split(',').map(readStatus),
        isRunning: query.running === 'any' ? undefined : query.running === 'true',
      };
      const jobs = await listJobs(pool, filter, query);
      return { jobs: jobs.map(viewJob) };
    },
  );

  app.post(
    '/api/v0/jobs',
    {
      config,
      schema: {
        body: Type.Object(
          { ...jobFormFields, scheduledAt: Type.Optional(Type.String({ maxLength: 40 })) },
          { additionalProperties: false },
        ),
      },
    },
    async (request, reply) => {
      const job = await submitJob(pool, {
        ...readJobFields(request.body, 'api'),
        scheduledAt: readTime('scheduledAt', request.body.scheduledAt),
        requestedBy: requireAccount(request).name,
      });
      wakeDispatcher.send();
      void reply.code(202).header('location', `/api/v0/jobs/${encodeURIComponent(job.id)}`);
      return viewJob(job);
    },
  );

  app.get('/api/v0/jobs/:jobID', { config, schema: { params: jobParams } }, async ({ params }) =>
    viewJob(await requireJob(deps, params.jobID)),
  );

  app.delete('/api/v0/jobs/:jobID', { config, schema: { params: jobParams } }, async ({ params }, reply) => {
    const outcome = await deleteJob(pool, params.jobID);
    if (!outcome.found) throw noSuchJob(params.jobID);
    if (outcome.wakeDispatcher) wakeDispatcher.send();
    return reply.code(204).send();
  });

  app.post('/api/v0/jobs/:jobID/cancel', { config, schema: { params: jobParams } }, async (request, reply) => {
    const { jobID } = request.params;
    const outcome = await cancelJob(pool, jobID, requireAccount(request).name);
    if (!outcome.found) throw noSuchJob(jobID);
    if (outcome.wakeDispatcher) wakeDispatcher.send();
    return reply.code(204).send();
  });

  app.get(
    '/api/v0/jobs/:jobID/logs',
    {
      config,
      schema: {
        params: jobParams,
        querystring: Type.Object(
          {
            stream: Type.Boolean({ default: false }),
            offset: Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1, default: 0 }),
            limit: Type.Integer({ minimum: 0, maximum: maxLogLines, default: 0 }),
          },
          { additionalProperties: false },
        ),
      },
    },
    async ({ params: { jobID }, query: { stream, offset, limit }, headers }, reply) => {
      await requireJob(deps, jobID);
      if (!stream) return readJobLog(pool, jobID, { offset, limit: limit || maxLogLines });
      const asLines = headers.accept?.includes('application/x-ndjson') ?? false;
      void reply.type(asLines ? 'application/x-ndjson' : 'application/json; charset=utf-8');
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      void reply.send(followJobLog(deps, jobID, { offset, asLines, gone: gone.signal }));
      // The first line may be long in coming, and the client's patience for an answer short.
      reply.raw.flushHeaders();
      return reply;
    },
  );
}

async function requireJob({ pool }: ApiDeps, jobId: string): Promise<JobRow> {
  const job = await findJob(pool, jobId);
  if (!job) throw noSuchJob(jobId);
  return job;
}

function noSuchJob(jobId: string): ApiError {
  return new ApiError('NO_SUCH_JOB', `there is no job "${jobId}": GET /api/v0/jobs lists those that are kept`);
}

// The published specification and the documentation name two statuses differently (msr.md section 2.1).
const statusAliases = new Map<string, JobStatus>([
  ['errored', 'error'],
  ['canceled', 'cancel'],
]);

function readStatus(text: string): JobStatus {
  const status = statusAliases.get(text) ?? jobStatuses.find((candidate) => candidate === text);
  if (status) return status;
  throw new ApiError('INVALID_PARAMETERS', `status "${text}" is none of ${jobStatuses.join(', ')}`);
}

const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/i;

const firstTime = new Date('1970-01-01T00:00:00Z');
const lastTime = new Date('9999-12-31T23:59:59Z');

function readTime(name: string, text = ''): Date | undefined {
  if (text === '') return undefined;
  const time = new Date(text);
  // Years that PostgreSQL or ISO 8601 write in another way are nobody's schedule.
  const isInRange = time >= firstTime && time <= lastTime;
  if (rfc3339.test(text) && isInRange) return time;
  throw new ApiError('INVALID_PARAMETERS', `${name} "${text}" is not a time such as 2026-01-31T03:00:00Z`);
}

/** A job as the API shows it: MSR's fields (SW27 tmpresponses.Job), and after them our own. */
function viewJob(job: JobRow) {
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
    repository: job.repository,
    startedAt: job.startedAt,
    endedAt: job.endedAt,
    progress: job.progress,
    result: job.result,
    failure: job.failure,
  };
}
