import { Type } from 'typebox';
import type { Action } from '../../jobs/actions/action.ts';
import { parametersSchema } from '../../jobs/actions/parameter.ts';
import { taskQueues } from '../../jobs/task-queues.ts';
import { absentActions } from '../../jobs/actions/absent-actions.ts';
import { actions } from '../../jobs/actions/catalogue.ts';
import { statusWords } from '../../jobs/records/status.ts';
import type { ApiInstance } from '../http/instance.ts';
import { requireAction } from './job-fields.ts';

const config = { access: 'authenticated' } as const;
const params = Type.Object({ action: Type.String({ minLength: 1, maxLength: 100 }) });

/**
 * `/api/v0/actions`: the catalogue of job actions, which MSR does not have; with it the statuses of jobs, and the actions
 * of MSR that are not here.
 */
export function actionRoutes(app: ApiInstance): void {
  app.get('/api/v0/actions', { config }, async () => ({
    actions: actions.map(viewAction),
    statuses: statusWords,
    absentActions,
  }));

  app.get('/api/v0/actions/:action', { config, schema: { params } }, async ({ params: { action } }) =>
    viewAction(requireAction(action)),
  );
}

/** An action as the API shows it: its declaration, with its parameters as one JSON Schema. */
function viewAction(action: Action) {
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
