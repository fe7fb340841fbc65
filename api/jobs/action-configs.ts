import { type Static, Type } from 'typebox';
import {
  deleteActionConfig,
  findActionConfig,
  listActionConfigs,
  saveActionConfig,
  type ActionConfigRow,
} from '../../jobs/actions/action-configs.ts';
import { requireAccount } from '../http/access.ts';
import { auditedChange } from '../http/audited-change.ts';
import { DomainError } from '../../errors/domain-error.ts';
import type { ApiInstance, JobDeps } from '../http/instance.ts';
import { jobFormFields, readDefaultParameters, requireAction } from './job-fields.ts';
import { formOf } from '../http/object-form.ts';
import { listOf, mapOf, NoBody, readOnly } from '../http/schemas.ts';

const config = { access: 'system-admin' } as const;
const params = Type.Object({ action: Type.String({ minLength: 1, maxLength: 100 }) });
const tags = ['action configs'];

/** The defaults of the parameters of an action: DTR 2.7 API, tmpresponses.ActionConfig. */
const ActionConfigView = Type.Object(
  { id: readOnly(Type.String()), action: Type.String(), parameters: mapOf(Type.String()) },
  { title: 'ActionConfig' },
);
const actionConfigForm = formOf(ActionConfigView, {
  action: jobFormFields.action,
  parameters: jobFormFields.parameters,
});

/** `/api/v0/action_configs` (DTR 2.7 API): defaults of parameters, which each job's own parameters override. */
export function actionConfigRoutes(app: ApiInstance, deps: JobDeps): void {
  const { pool, wakeSchedules } = deps;

  app.get(
    '/api/v0/action_configs',
    {
      config,
      schema: {
        summary: 'List the configs of actions',
        tags,
        response: { 200: Type.Object({ actionConfigs: listOf(ActionConfigView) }) },
      },
    },
    async () => ({ actionConfigs: (await listActionConfigs(pool)).map(viewActionConfig) }),
  );

  app.post(
    '/api/v0/action_configs',
    {
      config,
      schema: {
        summary: 'Set the defaults of the parameters of an action',
        tags,
        body: actionConfigForm,
        response: { 202: ActionConfigView },
      },
    },
    async (request, reply) => {
      const action = requireAction(request.body.action);
      const parameters = readDefaultParameters(action, request.body.parameters ?? {});
      const wanted = { action: action.name, parameters, requestedBy: requireAccount(request).name };
      const saved = await auditedChange(deps, request, async (tx, record) => {
        const made = await saveActionConfig(tx, wanted);
        const object = { id: made.id, name: action.name };
        await record({ kind: 'ACTION_CONFIG_UPDATE', object, details: { parameters } });
        return made;
      });
      wakeSchedules.send();
      void reply.code(202);
      return viewActionConfig(saved);
    },
  );

  app.get(
    '/api/v0/action_configs/:action',
    {
      config,
      schema: { summary: 'Show the config of an action', tags, params, response: { 200: ActionConfigView } },
    },
    async ({ params: { action } }) => {
      const { name } = requireAction(action);
      const found = await findActionConfig(pool, name);
      if (!found) throw noSuchActionConfig(name);
      return viewActionConfig(found);
    },
  );

  app.delete(
    '/api/v0/action_configs/:action',
    { config, schema: { summary: 'Delete the config of an action', tags, params, response: { 204: NoBody } } },
    async (request, reply) => {
      const { name } = requireAction(request.params.action);
      await auditedChange(deps, request, async (tx, record) => {
        if (!(await deleteActionConfig(tx, name))) throw noSuchActionConfig(name);
        await record({ kind: 'ACTION_CONFIG_DELETE', object: { id: name, name } });
      });
      wakeSchedules.send();
      return reply.code(204).send();
    },
  );
}

function noSuchActionConfig(action: string): DomainError {
  return new DomainError(
    'NO_SUCH_ACTION_CONFIG',
    `the action ${action} has no config, so its own defaults count: POST /api/v0/action_configs makes one`,
  );
}

function viewActionConfig({ id, action, parameters }: ActionConfigRow): Static<typeof ActionConfigView> {
  return { id, action, parameters };
}
