import { Type } from 'typebox';
import { cancelJob, deleteJob, submitJob } from '../../jobs/records/commands.ts';
import { readJobLog } from '../../jobs/records/logs.ts';
import { listJobs } from '../../jobs/records/queries.ts';
import { findWaitingReason } from '../../jobs/queue/waiting-reason.ts';
import { requireAccount } from '../http/access.ts';
import { auditedChange } from '../http/audited-change.ts';
import type { JobDeps, ApiInstance } from '../http/instance.ts';
import { jobFormFields, readJobFields } from './job-fields.ts';
import { jobFilterFields, readJobFilter } from './job-filter.ts';
import { followJobLog, JobLog, JobLogAsLines } from './job-log-stream.ts';
import { jobParams, JobView, noSuchJob, requireJob, viewJob } from './job-view.ts';
import { assertNotSteered, formOf } from '../http/object-form.ts';
import { fillPage, nextPageHeader } from '../http/paging.ts';
import { listOf, NoBody } from '../http/schemas.ts';
import { readTime, TimeText } from '../http/times.ts';

const maxPageSize = 1_000;
const maxLogLines = 10_000;
// Each may have many parameters, and say at length why it failed.
const rowsAtOnce = 100;

const config = { access: 'system-admin' } as const;
const tags = ['jobs'];

const jobForm = formOf(JobView, {
  ...jobFormFields,
  scheduledAt: Type.Optional(TimeText),
  // Not said here: see below.
  priority: Type.Optional(Type.Integer()),
  paused: Type.Optional(Type.Boolean()),
  pausing: Type.Optional(Type.Boolean()),
});

/** `/api/v0/jobs` (DTR 2.7 API; docs/msr-api.md, "Jobs"). */
export function jobRoutes(app: ApiInstance, deps: JobDeps): void {
  const { pool, wakeDispatcher } = deps;

  app.get(
    '/api/v0/jobs',
    {
      config,
      schema: {
        summary: 'List jobs, the most recently scheduled first',
        tags,
        response: { 200: Type.Object({ jobs: listOf(JobView) }) },
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
    async ({ query }, reply) => {
      const isRunning = query.running === 'any' ? undefined : query.running === 'true';
      // Of a job that is gone nobody knows what comes after it.
      if (query.after !== undefined) await requireJob(deps, query.after);
      const filter = { ...readJobFilter(query), isRunning };
      const { entries, next } = await fillPage({
        start: '',
        size: query.limit,
        load: (from, limit) => listJobs(pool, filter, from === '' ? { ...query, limit } : { from, start: 0, limit }),
        keyOf: ({ id }) => id,
        view: viewJob,
        rowsAtOnce,
      });
      // What `start` has to be, with the rest of the query as it is.
      if (next !== '') void reply.header(nextPageHeader, String(query.start + entries.length));
      return { jobs: entries };
    },
  );

  app.post(
    '/api/v0/jobs',
    {
      config,
      schema: { summary: 'Run an action', tags, body: jobForm, response: { 202: JobView } },
    },
    async (request, reply) => {
      const wanted = {
        ...(await readJobFields(pool, request.body, 'api')),
        scheduledAt: readTime('scheduledAt', request.body.scheduledAt),
        requestedBy: requireAccount(request).name,
      };
      const job = await auditedChange(deps, request, async (tx, record) => {
        const submitted = await submitJob(tx, wanted);
        const pause = 'POST /api/v0/jobs/{jobID}/pause does, once it runs';
        assertNotSteered(request.body, submitted, {
          priority: 'PATCH /api/v0/jobs/{jobID} {"priority":…} does, while it waits',
          paused: pause,
          pausing: pause,
        });
        await record({ kind: 'JOB_CREATE', object: { id: submitted.id, name: submitted.action } });
        return submitted;
      });
      wakeDispatcher.send();
      void reply.code(202).header('location', `/api/v0/jobs/${encodeURIComponent(job.id)}`);
      return viewJob(job);
    },
  );

  app.get(
    '/api/v0/jobs/:jobID',
    { config, schema: { summary: 'Show a job', tags, params: jobParams, response: { 200: JobView } } },
    async ({ params }) => {
      const job = await requireJob(deps, params.jobID);
      const waitingReason = await findWaitingReason(pool, job);
      return { ...viewJob(job), ...(waitingReason !== undefined && { waitingReason }) };
    },
  );

  app.delete(
    '/api/v0/jobs/:jobID',
    { config, schema: { summary: 'Cancel and delete a job', tags, params: jobParams, response: { 204: NoBody } } },
    async (request, reply) => {
      const { jobID } = request.params;
      const outcome = await auditedChange(deps, request, async (tx, record) => {
        const deleted = await deleteJob(tx, jobID);
        if (!deleted.found) throw noSuchJob(jobID);
        await record({ kind: 'JOB_DELETE', object: { id: jobID } });
        return deleted;
      });
      if (outcome.wakeDispatcher) wakeDispatcher.send();
      return reply.code(204).send();
    },
  );

  app.post(
    '/api/v0/jobs/:jobID/cancel',
    { config, schema: { summary: 'Cancel a job', tags, params: jobParams, response: { 204: NoBody } } },
    async (request, reply) => {
      const { jobID } = request.params;
      const outcome = await auditedChange(deps, request, async (tx, record) => {
        const canceled = await cancelJob(tx, jobID, requireAccount(request).name);
        if (!canceled.found) throw noSuchJob(jobID);
        await record({ kind: 'JOB_CANCEL', object: { id: jobID } });
        return canceled;
      });
      if (outcome.wakeDispatcher) wakeDispatcher.send();
      return reply.code(204).send();
    },
  );

  app.get(
    '/api/v0/jobs/:jobID/logs',
    {
      config,
      schema: {
        summary: 'Read or follow the log of a job',
        tags,
        response: {
          200: {
            content: {
              'application/json': { schema: JobLog },
              // Where `stream` asks for it as it grows, and the header Accept for lines.
              'application/x-ndjson': { schema: JobLogAsLines },
            },
          },
        },
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
      if (!stream) {
        const page = await fillPage({
          start: String(offset),
          size: limit || maxLogLines,
          load: (start, count) => readJobLog(pool, jobID, { offset: Number(start), limit: count }),
          keyOf: ({ lineNum }) => String(lineNum),
          view: (line) => line,
        });
        return reply.headers(page.headers).send(page.entries);
      }
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
