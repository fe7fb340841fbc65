import { Type } from 'typebox';
import { jobPriorities } from '../../jobs/actions/action.ts';
import { cancelJobs, countCancellable } from '../../jobs/records/cancel-many.ts';
import { changePriority, rerunJob } from '../../jobs/records/commands.ts';
import { isOver } from '../../jobs/records/stage.ts';
import { pauseJob, resumeJob, type PauseOutcome, type PauseRequest } from '../../jobs/records/pause.ts';
import { requireAccount } from '../http/access.ts';
import { recordAudit } from '../../events/audit.ts';
import { auditedChange, requestActor } from '../http/audited-change.ts';
import { DomainError } from '../../errors/domain-error.ts';
import type { JobDeps, ApiInstance } from '../http/instance.ts';
import { jobFilterFields, readJobFilter } from './job-filter.ts';
import { requireAction } from './job-fields.ts';
import { jobParams, JobView, noSuchJob, requireJob, viewJob } from './job-view.ts';
import { formOf } from '../http/object-form.ts';
import { NoBody } from '../http/schemas.ts';

/** A request cancels no more than this: it takes some seconds, and another goes on. */
const maxCancelled = 10_000;

const config = { access: 'system-admin' } as const;
const closed = { additionalProperties: false };
const tags = ['jobs'];
const priorityForm = formOf(
  JobView,
  { priority: Type.Enum([...jobPriorities]) },
  'paused',
  'pausing',
  'action',
  'parameters',
  'capacityMap',
  'scheduledAt',
  'deadline',
  'stopTimeout',
);
const Cancelled = Type.Object({ count: Type.Integer(), hasMore: Type.Boolean(), dryRun: Type.Boolean() });
const Note = Type.Optional(Type.String({ maxLength: 500 }));
// Without a body, there is no note.
const PauseForm = Type.Union([Type.Null(), Type.Object({ note: Note }, closed)]);

/** The levers on jobs that MSR does not have. */
export function jobLeverRoutes(app: ApiInstance, deps: JobDeps): void {
  const { pool, wakeDispatcher } = deps;

  for (const [name, kind, steer, summary] of [
    ['pause', 'JOB_PAUSE', pauseJob, 'Pause a job at its next checkpoint'],
    ['resume', 'JOB_RESUME', resumeJob, 'Let a job that is paused go on'],
  ] as const) {
    app.post(
      `/api/v0/jobs/:jobID/${name}`,
      { config, schema: { summary, tags, params: jobParams, body: PauseForm, response: { 204: NoBody } } },
      async (request, reply) => {
        const pause: PauseRequest = {
          jobId: request.params.jobID,
          requestedBy: requireAccount(request).name,
          note: request.body?.note ?? '',
        };
        const { jobId: id, note } = pause;
        await auditedChange(deps, request, async (tx, record) => {
          const action = readAccepted(await steer(tx, pause), id, name);
          await record({ kind, object: { id, name: action }, details: { note } });
        });
        wakeDispatcher.send();
        return reply.code(204).send();
      },
    );
  }

  app.patch(
    '/api/v0/jobs/:jobID',
    {
      config,
      schema: {
        summary: 'Change the priority of a job that waits',
        tags,
        params: jobParams,
        body: priorityForm,
        response: { 200: JobView },
      },
    },
    async (request) => {
      const { jobID } = request.params;
      const { priority } = request.body;
      return auditedChange(deps, request, async (tx, record) => {
        const outcome = await changePriority(tx, jobID, priority);
        if (outcome.kind === 'missing') throw noSuchJob(jobID);
        if (outcome.kind !== 'changed') {
          throw new DomainError(
            'JOB_NOT_WAITING',
            `job "${jobID}" has been handed to Temporal, which keeps its priority`,
          );
        }
        await record({ kind: 'JOB_UPDATE', object: { id: jobID, name: outcome.job.action }, details: { priority } });
        return viewJob(outcome.job);
      });
    },
  );

  const rerunSchema = {
    summary: 'Run a job that has ended again',
    tags,
    params: jobParams,
    response: { 202: JobView },
  };
  app.post('/api/v0/jobs/:jobID/rerun', { config, schema: rerunSchema }, async (request, reply) => {
    const old = await requireJob(deps, request.params.jobID);
    if (!isOver(old)) {
      throw new DomainError('JOB_NOT_ENDED', `job "${old.id}" is ${old.status}: it can be run again once it has ended`);
    }
    requireAction(old.action);
    const job = await auditedChange(deps, request, async (tx, record) => {
      const made = await rerunJob(tx, old, requireAccount(request).name);
      await record({ kind: 'JOB_CREATE', object: { id: made.id, name: made.action }, details: { rerunOf: old.id } });
      return made;
    });
    wakeDispatcher.send();
    void reply.code(202).header('location', `/api/v0/jobs/${encodeURIComponent(job.id)}`);
    return viewJob(job);
  });

  app.post(
    '/api/v0/jobs/cancel',
    {
      config,
      schema: {
        summary: 'Cancel the jobs of a filter, or count them',
        tags,
        response: { 200: Cancelled },
        body: Type.Object(
          {
            ...jobFilterFields,
            dryRun: Type.Boolean({ default: false }),
            limit: Type.Integer({ minimum: 1, maximum: maxCancelled, default: maxCancelled }),
          },
          closed,
        ),
      },
    },
    async (request) => {
      const { dryRun, limit } = request.body;
      const filter = readJobFilter(request.body);
      if (Object.values(filter).every((value) => value === undefined)) {
        throw new DomainError(
          'INVALID_PARAMETERS',
          `body names no filter, which would cancel every job: give one of ${Object.keys(jobFilterFields).join(', ')}`,
        );
      }
      if (dryRun) {
        const found = await countCancellable(pool, filter, limit + 1);
        return { count: Math.min(found, limit), hasMore: found > limit, dryRun };
      }
      const actor = requestActor(deps, request);
      const requestedBy = actor.name;
      const {
        count,
        hasMore,
        wakeDispatcher: isTemporalToldOf,
      } = await cancelJobs(pool, {
        filter,
        requestedBy,
        limit,
        onPage: async (tx, cancelled) => {
          await recordAudit(tx, { kind: 'JOBS_CANCEL', actor, object: { id: 'jobs' }, details: { filter, cancelled } });
        },
      });
      if (isTemporalToldOf) wakeDispatcher.send();
      request.log.info({ filter, requestedBy, count }, 'jobs cancelled');
      return { count, hasMore, dryRun };
    },
  );
}

/**
 * The action of a job that takes a pause.
 *
 * @throws DomainError NO_SUCH_JOB, JOB_NOT_PAUSABLE, JOB_NOT_RUNNING
 */
function readAccepted(outcome: PauseOutcome, jobId: string, verb: 'pause' | 'resume'): string {
  switch (outcome.kind) {
    case 'accepted':
      return outcome.action;
    case 'missing':
      throw noSuchJob(jobId);
    case 'not-pausable':
      throw new DomainError(
        'JOB_NOT_PAUSABLE',
        `jobs ${outcome.action} have nowhere to pause: cancel it, or let it end`,
      );
    case 'not-running':
      throw new DomainError('JOB_NOT_RUNNING', `job "${jobId}" is ${outcome.status}: only one that runs can ${verb}`);
  }
}
