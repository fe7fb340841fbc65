import { Type } from 'typebox';
import {
  deleteActionConfig,
  findActionConfig,
  listActionConfigs,
  saveActionConfig,
  type ActionConfigRow,
} from '../../jobs/action-configs.ts';
import { requireAccount } from '../access.ts';
import { ApiError } from '../errors.ts';
import type { ApiInstance, ApiDeps } from '../instance.ts';
import { jobFormFields, readDefaultParameters, requireAction } from '../job-fields.ts';

const config = { access: 'system-admin' } as const;
const params = Type.Object({ action: Type.String({ minLength: 1, maxLength: 100 }) });

/** `/api/v0/action_configs` (msr.md section 2.3): defaults of parameters, which each job's own parameters override. */
export function actionConfigRoutes(app: ApiInstance, { pool, wakeSchedules }: ApiDeps): void {
  app.get('/api/v0/action_configs', { config }, async () => ({
    actionConfigs: (await listActionConfigs(pool)).map(viewActionConfig),
  }));

  app.post(
    '/api/v0/action_configs',
    {
      config,
      schema: {
        body: Type.Object(
          { action: jobFormFields.action, parameters: jobFormFields.parameters },
          { additionalProperties: false },
        ),
      },
    },
    async (request, reply) => {
      const action = requireAction(request.body.action);
      const saved = await saveActionConfig(pool, {
        action: action.name,
        parameters: readDefaultParameters(action, request.body.parameters ?? {}),
        requestedBy: requireAccount(request).name,
      });
      wakeSchedules.send();
      void reply.code(202);
      return viewActionConfig(saved);
    },
  );

  app.get('/api/v0/action_configs/:action', { config, schema: { params } }, async ({ params: { action } }) => {
    const { name } = requireAction(action);
    const found = await findActionConfig(pool, name);
    if (!found) throw noSuchActionConfig(name);
    return viewActionConfig(found);
  });

  app.delete(
    '/api/v0/action_configs/:action',
    { config, schema: { params } },
    async ({ params: { action } }, reply) => {
      const { name } = requireAction(action);
      if (!(await deleteActionConfig(pool, name))) throw noSuchActionConfig(name);
      wakeSchedules.send();
      return reply.code(204).send();
    },
  );
}

function noSuchActionConfig(action: string): ApiError {
  return new ApiError(
    'NO_SUCH_ACTION_CONFIG',
    `the action ${action} has no config, so its own defaults count: POST /api/v0/action_configs makes one`,
  );
}

/** A config as the API shows it (SW27 tmpresponses.ActionConfig). */
function viewActionConfig({ id, action, parameters }: ActionConfigRow) {
  return { id, action, parameters };
}
