import { Type } from 'typebox';
import { InvalidScheduleError, parseCronSchedule, type CronSchedule } from '../../jobs/cron-schedule.ts';
import { deleteCron, findCron, listCrons, saveCron, type CronRow } from '../../jobs/crons.ts';
import { requireAccount } from '../access.ts';
import { ApiError } from '../errors.ts';
import type { ApiDeps, ApiInstance } from '../instance.ts';
import { jobFormFields, readJobFields, requireAction } from '../job-fields.ts';

const config = { access: 'system-admin' } as const;
const cronParams = Type.Object({ action: Type.String({ minLength: 1, maxLength: 100 }) });

/** `/api/v0/crons` (msr.md section 2.3): one for each action. */
export function cronRoutes(app: ApiInstance, { pool, wakeSchedules }: ApiDeps): void {
  app.get('/api/v0/crons', { config }, async () => ({ crons: (await listCrons(pool)).map(viewCron) }));

  app.post(
    '/api/v0/crons',
    {
      config,
      schema: {
        body: Type.Object(
          { ...jobFormFields, schedule: Type.String({ minLength: 1, maxLength: 200 }) },
          { additionalProperties: false },
        ),
      },
    },
    async (request, reply) => {
      const fields = await readJobFields(pool, request.body, 'schedule');
      const { schedule } = request.body;
      readSchedule(schedule);
      const cron = await saveCron(pool, {
        ...fields,
        action: fields.action.name,
        schedule,
        requestedBy: requireAccount(request).name,
      });
      wakeSchedules.send();
      void reply.code(202);
      return viewCron(cron);
    },
  );

  app.get('/api/v0/crons/:action', { config, schema: { params: cronParams } }, async ({ params }) => {
    const { name } = requireAction(params.action);
    const cron = await findCron(pool, name);
    if (!cron) throw noSuchCron(name);
    return viewCron(cron);
  });

  app.delete('/api/v0/crons/:action', { config, schema: { params: cronParams } }, async ({ params }, reply) => {
    const { name } = requireAction(params.action);
    if (!(await deleteCron(pool, name))) throw noSuchCron(name);
    wakeSchedules.send();
    return reply.code(204).send();
  });
}

function readSchedule(text: string): CronSchedule {
  try {
    return parseCronSchedule(text);
  } catch (error) {
    if (error instanceof InvalidScheduleError) throw new ApiError('INVALID_SCHEDULE', error.message, { cause: error });
    throw error;
  }
}

function noSuchCron(action: string): ApiError {
  return new ApiError('NO_SUCH_CRON', `the action ${action} has no cron: POST /api/v0/crons makes one`);
}

/** A cron as the API shows it (SW27 tmpresponses.Cron). */
function viewCron(cron: CronRow) {
  return {
    id: cron.id,
    action: cron.action,
    schedule: cron.schedule,
    retries: cron.retries,
    capacityMap: cron.capacityMap,
    parameters: cron.parameters,
    deadline: cron.deadline,
    stopTimeout: cron.stopTimeout,
    nextRun: parseCronSchedule(cron.schedule).next(new Date()),
  };
}
