import { Type } from 'typebox';
import { parseDurationMs } from '../../config/duration.ts';
import type { Action } from '../../jobs/actions/action.ts';
import { findAction } from '../../jobs/actions/catalogue.ts';
import { submitJob } from '../../jobs/records/commands.ts';
import { lastCronRuns } from '../../jobs/crons/cron-runs.ts';
import { InvalidScheduleError, parseCronSchedule } from '../../jobs/crons/cron-schedule.ts';
import {
  CronNameTakenError,
  deleteCron,
  findCron,
  listCrons,
  saveCron,
  setCronPaused,
  type CronRow,
} from '../../jobs/crons/crons.ts';
import { findJob } from '../../jobs/records/queries.ts';
import { findTimeZone } from '../../jobs/crons/time-zone.ts';
import { findWaitingReason } from '../../jobs/queue/waiting-reason.ts';
import { requireAccount } from '../http/access.ts';
import { auditedChange } from '../http/audited-change.ts';
import { CronView, viewCron } from './cron-view.ts';
import { DomainError } from '../../errors/domain-error.ts';
import type { JobDeps, ApiInstance } from '../http/instance.ts';
import { jobFormFields, readJobFields, requireAction } from './job-fields.ts';
import { JobView, viewJob } from './job-view.ts';
import { assertNotSteered, formOf } from '../http/object-form.ts';
import { fillPage, namedPageQuery } from '../http/paging.ts';
import { listOf, NoBody } from '../http/schemas.ts';

const config = { access: 'system-admin' } as const;
const cronParams = Type.Object({ cron: Type.String({ minLength: 1, maxLength: 100 }) });
const ShortText = Type.String({ maxLength: 100 });
// Each may have many parameters, and five runs that say why they failed.
const rowsAtOnce = 100;
const maxJitterMs = 24 * 3_600_000;
// What Temporal takes at the least (temporal.api.schedule.v1.SchedulePolicies).
const minCatchupWindowMs = 10_000;
const maxCatchupWindowMs = 365 * 24 * 3_600_000;

const tags = ['crons'];

const cronForm = formOf(CronView, {
  ...jobFormFields,
  name: Type.Optional(ShortText),
  schedule: Type.String({ minLength: 1, maxLength: 200 }),
  timeZone: Type.Optional(ShortText),
  jitter: Type.Optional(Type.String({ maxLength: 40 })),
  catchupWindow: Type.Optional(Type.String({ maxLength: 40 })),
  // Not changed by this: see below.
  isPaused: Type.Optional(Type.Boolean()),
  isQueuePaused: Type.Optional(Type.Boolean()),
});

/** `/api/v0/crons` (DTR 2.7 API): one for each action, found by its name, and others with names of their own. */
export function cronRoutes(app: ApiInstance, deps: JobDeps): void {
  const { pool, wakeSchedules, wakeDispatcher } = deps;

  /** One cron, with what those of its last runs wait for that have not started. */
  async function view(cron: CronRow) {
    const runs = (await lastCronRuns(pool, [cron.name])).get(cron.name) ?? [];
    const waiting = runs.filter(({ status }) => status === 'waiting');
    const reasons = new Map<string, string | undefined>();
    for (const { jobId } of waiting) {
      const job = await findJob(pool, jobId);
      if (job) reasons.set(jobId, await findWaitingReason(pool, job));
    }
    return viewCron(
      cron,
      runs.map((run) => ({ ...run, waitingReason: reasons.get(run.jobId) })),
    );
  }

  async function listViews(start: string, limit: number) {
    const crons = await listCrons(pool, { start, limit });
    const runs = await lastCronRuns(
      pool,
      crons.map(({ name }) => name),
    );
    return crons.map((cron) => viewCron(cron, runs.get(cron.name) ?? []));
  }

  app.get(
    '/api/v0/crons',
    {
      config,
      schema: {
        summary: 'List crons',
        tags,
        querystring: namedPageQuery,
        response: { 200: Type.Object({ crons: listOf(CronView) }) },
      },
    },
    async ({ query }, reply) => {
      const { entries, headers } = await fillPage({
        start: query.pageStart,
        size: query.pageSize,
        load: listViews,
        keyOf: ({ name }) => name,
        view: (cron) => cron,
        rowsAtOnce,
      });
      return reply.headers(headers).send({ crons: entries });
    },
  );

  app.post(
    '/api/v0/crons',
    {
      config,
      schema: { summary: 'Make or change a cron', tags, body: cronForm, response: { 202: CronView } },
    },
    async (request, reply) => {
      const { body } = request;
      const fields = await readJobFields(pool, body, 'schedule');
      const timeZone = readTimeZone(body.timeZone);
      checkSchedule(body.schedule, timeZone);
      const name = readName(body.name, fields.action);
      const before = await findCron(pool, name);
      const catchupWindow = readDuration(
        'catchupWindow',
        before && isShownDefault(before, body) ? '' : body.catchupWindow,
        minCatchupWindowMs,
        maxCatchupWindowMs,
      );
      const wanted = {
        ...fields,
        name,
        action: fields.action.name,
        schedule: body.schedule,
        timeZone,
        jitter: readDuration('jitter', body.jitter, 0, maxJitterMs),
        catchupWindow,
        requestedBy: requireAccount(request).name,
      };
      const cron = await auditedChange(deps, request, async (tx, record) => {
        const saved = await saveCron(tx, wanted);
        const { id, name, action, schedule } = saved;
        assertNotSteered(body, saved, {
          isPaused: `POST /api/v0/crons/${name}/pause and …/resume do`,
          isQueuePaused: `PATCH /api/v0/queues/${action} {"paused":…} does`,
        });
        await record({ kind: 'CRON_UPDATE', object: { id, name }, details: { action, schedule, timeZone } });
        return saved;
      }).catch((error: unknown) => {
        if (error instanceof CronNameTakenError) throw new DomainError('CRON_EXISTS', error.message, { cause: error });
        throw error;
      });
      wakeSchedules.send();
      void reply.code(202);
      return view(cron);
    },
  );

  app.get(
    '/api/v0/crons/:cron',
    { config, schema: { summary: 'Show a cron', tags, params: cronParams, response: { 200: CronView } } },
    async ({ params }) => {
      const cron = await findCron(pool, nameOf(params.cron));
      if (!cron) throw noSuchCron(params.cron);
      return view(cron);
    },
  );

  app.delete(
    '/api/v0/crons/:cron',
    { config, schema: { summary: 'Delete a cron', tags, params: cronParams, response: { 204: NoBody } } },
    async (request, reply) => {
      const name = nameOf(request.params.cron);
      await auditedChange(deps, request, async (tx, record) => {
        if (!(await deleteCron(tx, name))) throw noSuchCron(name);
        await record({ kind: 'CRON_DELETE', object: { id: name, name } });
      });
      wakeSchedules.send();
      return reply.code(204).send();
    },
  );

  for (const [command, isPaused, summary] of [
    ['pause', true, 'Pause a cron'],
    ['resume', false, 'Let a cron that is paused go on'],
  ] as const) {
    app.post(
      `/api/v0/crons/:cron/${command}`,
      {
        config,
        schema: {
          summary,
          tags,
          response: { 202: CronView },
          params: cronParams,
          body: Type.Union([
            Type.Object({ note: Type.Optional(Type.String({ maxLength: 500 })) }, { additionalProperties: false }),
            Type.Null(),
          ]),
        },
      },
      async (request, reply) => {
        const { params, body } = request;
        const note = body?.note || `${command}d by ${requireAccount(request).name}`;
        const cron = await auditedChange(deps, request, async (tx, record) => {
          const changed = await setCronPaused(tx, nameOf(params.cron), { isPaused, note });
          if (!changed) throw noSuchCron(params.cron);
          const { id, name } = changed;
          await record({ kind: 'CRON_UPDATE', object: { id, name }, details: { isPaused, note } });
          return changed;
        });
        wakeSchedules.send();
        void reply.code(202);
        return view(cron);
      },
    );
  }

  const triggerSchema = { summary: 'Run a cron now', tags, params: cronParams, response: { 202: JobView } };
  app.post('/api/v0/crons/:cron/trigger', { config, schema: triggerSchema }, async (request, reply) => {
    const cron = await findCron(pool, nameOf(request.params.cron));
    if (!cron) throw noSuchCron(request.params.cron);
    const { name, parameters, capacityMap, retries, deadline, stopTimeout } = cron;
    const wanted = {
      action: requireAction(cron.action),
      parameters,
      capacityMap,
      retries,
      deadline,
      stopTimeout,
      scheduledAt: undefined,
      requestedBy: requireAccount(request).name,
      cron: name,
    };
    const job = await auditedChange(deps, request, async (tx, record) => {
      const submitted = await submitJob(tx, wanted);
      await record({
        kind: 'JOB_CREATE',
        object: { id: submitted.id, name: submitted.action },
        details: { cron: name },
      });
      return submitted;
    });
    wakeDispatcher.send();
    void reply.code(202).header('location', `/api/v0/jobs/${encodeURIComponent(job.id)}`);
    return viewJob(job);
  });
}

/** Whether a form sends back what is shown of a cron that has no catch-up window of its own. */
function isShownDefault(cron: CronRow, form: { readonly schedule: string; readonly catchupWindow?: string }): boolean {
  const isSame = cron.schedule === form.schedule && viewCron(cron, []).catchupWindow === form.catchupWindow;
  return cron.catchupWindow === '' && isSame;
}

/** The name of the cron that a path means: an action, or an alias of one, has the cron of its name. */
function nameOf(text: string): string {
  return findAction(text)?.name ?? text;
}

function readName(text: string | undefined, action: Action): string {
  if (text === undefined || text === '') return action.name;
  const other = findAction(text);
  if (other) {
    if (other.name === action.name) return action.name;
    throw new DomainError('INVALID_CRON_NAME', `${text} is the name of another action: its cron runs nothing else`);
  }
  if (/^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$/.test(text)) return text;
  throw new DomainError(
    'INVALID_CRON_NAME',
    `name "${text}" is not 1 to 64 lower-case letters, digits, ".", "_" and "-", a letter or digit first and last`,
  );
}

function readTimeZone(text = ''): string {
  const timeZone = text === '' ? 'UTC' : findTimeZone(text);
  if (timeZone !== undefined) return timeZone;
  throw new DomainError(
    'INVALID_TIME_ZONE',
    `timeZone "${text}" is not a name of the IANA time zone database, such as Europe/Berlin or UTC`,
  );
}

function readDuration(name: string, text = '', minMs: number, maxMs: number): string {
  if (text === '') return text;
  const durationMs = parseDurationMs(text);
  if (durationMs !== undefined && durationMs >= minMs && durationMs <= maxMs) return text;
  throw new DomainError(
    'INVALID_PARAMETERS',
    `${name} "${text}" is not a duration from ${minMs / 1_000}s to ${maxMs / 3_600_000}h, such as 30s or 1h30m`,
  );
}

function checkSchedule(text: string, timeZone: string): void {
  try {
    parseCronSchedule(text, timeZone);
  } catch (error) {
    if (error instanceof InvalidScheduleError)
      throw new DomainError('INVALID_SCHEDULE', error.message, { cause: error });
    throw error;
  }
}

function noSuchCron(name: string): DomainError {
  return new DomainError('NO_SUCH_CRON', `there is no cron ${name}: POST /api/v0/crons makes one`);
}
