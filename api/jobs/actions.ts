import { type Static, Type } from 'typebox';
import type { Action } from '../../jobs/actions/action.ts';
import { parametersSchema } from '../../jobs/actions/parameter.ts';
import { taskQueues } from '../../jobs/task-queues.ts';
import { absentActions } from '../../jobs/actions/absent-actions.ts';
import { actions } from '../../jobs/actions/catalogue.ts';
import { jobStatuses, jobTriggers, statusWords } from '../../jobs/records/status.ts';
import type { ApiInstance } from '../http/instance.ts';
import { requireAction } from './job-fields.ts';
import { AnyObject, listOf, mapOf, nullable, oneOf } from '../http/schemas.ts';

const config = { access: 'authenticated' } as const;
const params = Type.Object({ action: Type.String({ minLength: 1, maxLength: 100 }) });
const tags = ['actions'];

const ActionView = Type.Object(
  {
    name: Type.String(),
    aliases: listOf(Type.String()),
    description: Type.String(),
    stopAdvice: Type.String(),
    // A JSON Schema, which actions make out of their declarations.
    parameters: AnyObject,
    taskQueue: oneOf(Object.values(taskQueues)),
    priority: Type.Integer({ minimum: 1, maximum: 5 }),
    capacityMap: mapOf(Type.Integer()),
    deadline: Type.String(),
    stopTimeout: Type.String(),
    overlap: oneOf(['skip', 'allow']),
    startedBy: listOf(oneOf(jobTriggers)),
    defaultCron: nullable(Type.String()),
    pausable: Type.Boolean(),
  },
  { title: 'Action' },
);
const StatusView = Type.Object({ name: oneOf(jobStatuses), aliases: listOf(Type.String()) }, { title: 'JobStatus' });
const AbsentActionView = Type.Object({ name: Type.String(), instead: Type.String() }, { title: 'AbsentAction' });

/**
 * `/api/v0/actions`: the catalogue of job actions, which MSR does not have; with it the statuses of jobs, and the actions
 * of MSR that are not here.
 */
export function actionRoutes(app: ApiInstance): void {
  app.get(
    '/api/v0/actions',
    {
      config,
      schema: {
        summary: 'List the actions, the statuses of jobs, and the actions of MSR that are not here',
        tags,
        response: {
          200: Type.Object({
            actions: listOf(ActionView),
            statuses: listOf(StatusView),
            absentActions: listOf(AbsentActionView),
          }),
        },
      },
    },
    async () => ({ actions: actions.map(viewAction), statuses: statusWords, absentActions }),
  );

  app.get(
    '/api/v0/actions/:action',
    { config, schema: { summary: 'Show an action', tags, params, response: { 200: ActionView } } },
    async ({ params: { action } }) => viewAction(requireAction(action)),
  );
}

/** An action as the API shows it: its declaration, with its parameters as one JSON Schema. */
function viewAction(action: Action): Static<typeof ActionView> {
  return {
    name: action.name,
    aliases: action.aliases,
    description: action.description,
    stopAdvice: action.stopAdvice,
    parameters: parametersSchema(action),
    taskQueue: taskQueues.control,
    priority: action.priority,
    capacityMap: action.capacityMap,
    deadline: action.deadline,
    stopTimeout: action.stopTimeout,
    overlap: action.overlap,
    startedBy: action.startedBy,
    defaultCron: action.defaultCron ?? null,
    pausable: action.isPausable,
  };
}
