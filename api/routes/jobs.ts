import { Type } from 'typebox';
import { cancelJob, deleteJob, submitJob } from '../../jobs/commands.ts';
import { readJobLog } from '../../jobs/logs.ts';
import { listJobs } from '../../jobs/queries.ts';
import { requireAccount } from '../access.ts';
import { ApiError } from '../errors.ts';
import type { ApiDeps, ApiInstance } from '../instance.ts';
import { jobFormFields, readJobFields } from '../job-fields.ts';
import { jobFilterFields, readJobFilter } from '../job-filter.ts';
import { followJobLog } from '../job-log-stream.ts';
import { jobParams, noSuchJob, requireJob, viewJob } from '../job-view.ts';

const maxPageSize = 1_000;
const maxLogLines = 10_000;

const config = { access: 'system-admin' } as const;

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
            ...jobFilterFields,
            running: Type.Enum(['any', 'true', 'false'], { default: 'any' }),
            after: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
            start: Type.Integer({ minimum: 0, maximum: 1_000_000_000, default: 0 }),
            limit: Type.Integer({ minimum: 0, maximum: maxPageSize, default: 10 }),
          },
          { additionalProperties: false },
        ),
      },
    },
    async ({ query }) => {
      const isRunning = query.running === 'any' ? undefined : query.running === 'true';
      // Of a job that is gone nobody knows what comes after it.
      if (query.after !== undefined) await requireJob(deps, query.after);
      const jobs = await listJobs(pool, { ...readJobFilter(query), isRunning }, query);
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
        ...(await readJobFields(pool, request.body, 'api')),
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
