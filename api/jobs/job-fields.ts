import type { ValidateFunction } from 'ajv';
import { Type } from 'typebox';
import { parseDurationMs } from '../../config/duration.ts';
import type { Queryable } from '../../database/pool.ts';
import { findActionConfig } from '../../jobs/actions/action-configs.ts';
import { findAbsentAction } from '../../jobs/actions/absent-actions.ts';
import type { Action } from '../../jobs/actions/action.ts';
import { parametersSchema } from '../../jobs/actions/parameter.ts';
import { actions, findAction } from '../../jobs/actions/catalogue.ts';
import type { JobTrigger } from '../../jobs/records/status.ts';
import { describeValidation } from '../http/describe-validation.ts';
import { DomainError } from '../../errors/domain-error.ts';
import { didYouMean } from '../http/nearest-name.ts';
import { createValidator } from '../http/validation.ts';

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

const CapacityName = Type.String({
  maxLength: 64,
  pattern: '^[A-Za-z0-9_.-]{1,64}$',
});
const closed = {
  // A key that does not match the pattern would otherwise be let through with any value.
  additionalProperties: false,
  allowedNames: '1 to 64 letters, digits, "_", "." and "-"',
  // The map is part of an index.
  maxProperties: 16,
};

/** How much of each kind of resource a job needs, or a worker offers. */
export const capacityMapSchema = Type.Record(CapacityName, Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 }), closed);

/** The fields that a job and a cron have in common (DTR 2.7 API, tmpforms). MSR's clients leave any but `action` out. */
export const jobFormFields = {
  action: Type.String({ maxLength: 100 }),
  parameters: Type.Optional(
    Nullable(
      Type.Record(Type.String(), Type.String({ maxLength: 4096 }), {
        maxProperties: 64,
        propertyNames: Type.String({ maxLength: 100 }),
      }),
    ),
  ),
  capacityMap: Type.Optional(Nullable(capacityMapSchema)),
  retries: Type.Optional(Type.Integer({ minimum: 0, maximum: 100 })),
  deadline: Type.Optional(Type.String({ maxLength: 40 })),
  stopTimeout: Type.Optional(Type.String({ maxLength: 40 })),
};

interface JobForm {
  action: string;
  parameters?: Record<string, string> | null;
  capacityMap?: Record<string, number> | null;
  retries?: number;
  deadline?: string;
  stopTimeout?: string;
}

/** The checked fields of a form. */
export interface JobFields {
  readonly action: Action;
  readonly parameters: Readonly<Record<string, string>>;
  readonly capacityMap: Readonly<Record<string, number>>;
  readonly retries: number;
  readonly deadline: string;
  readonly stopTimeout: string;
}

/**
 * Checks what a schema cannot: that there is such an action, that it may be started so, that it has such parameters, that
 * durations are durations. What the form leaves out is as the action's declaration has it. The parameters that are given
 * back are the form's own; they are checked together with the action's config, which lies under them.
 *
 * @throws DomainError NO_SUCH_ACTION, INVALID_PARAMETERS, ACTION_NOT_STARTABLE
 */
export async function readJobFields(
  q: Queryable,
  form: JobForm,
  trigger: Exclude<JobTrigger, 'retry'>,
): Promise<JobFields> {
  const action = requireAction(form.action);
  if (!action.startedBy.includes(trigger)) {
    const ways = action.startedBy.join(' or ');
    throw new DomainError('ACTION_NOT_STARTABLE', `jobs ${action.name} are started by ${ways}, not by ${trigger}`);
  }
  const parameters = form.parameters ?? {};
  const defaults = await findActionConfig(q, action.name);
  checkParameters(action, parameterChecks, { ...defaults?.parameters, ...parameters });
  return {
    action,
    parameters,
    capacityMap: form.capacityMap ?? action.capacityMap,
    retries: form.retries ?? 0,
    deadline: readDuration('deadline', form.deadline ?? action.deadline),
    stopTimeout: readDuration('stopTimeout', form.stopTimeout ?? action.stopTimeout),
  };
}

/**
 * The action of this name or alias.
 *
 * @throws DomainError NO_SUCH_ACTION
 */
export function requireAction(name: string): Action {
  const action = findAction(name);
  if (action) return action;
  const absent = findAbsentAction(name);
  if (absent) throw new DomainError('NO_SUCH_ACTION', `there is no action "${name}" here: ${absent.instead}`);
  const known = actions.map((candidate) => candidate.name).sort();
  const meant = didYouMean(name, known);
  throw new DomainError('NO_SUCH_ACTION', `there is no action "${name}"${meant}; the actions are ${known.join(', ')}`);
}

const ajv = createValidator();
type Checks = ReadonlyMap<string, ValidateFunction>;
const parameterChecks: Checks = new Map(actions.map((action) => [action.name, ajv.compile(parametersSchema(action))]));
// Defaults may leave out what every job has to say itself.
const defaultChecks: Checks = new Map(
  actions.map((action) => [action.name, ajv.compile(parametersSchema(action, { isPartial: true }))]),
);

/**
 * Checks parameters that are to be defaults of an action's jobs, so none is required.
 *
 * @throws DomainError INVALID_PARAMETERS
 */
export function readDefaultParameters(action: Action, parameters: Record<string, string>): Record<string, string> {
  checkParameters(action, defaultChecks, parameters);
  return parameters;
}

function checkParameters(action: Action, checks: Checks, parameters: Record<string, string>): void {
  const validate = checks.get(action.name);
  if (validate && !validate(parameters)) {
    throw new DomainError(
      'INVALID_PARAMETERS',
      describeValidation(validate.errors ?? [], `parameters of ${action.name}`),
    );
  }
}

function readDuration(name: string, text: string): string {
  if (text !== '' && parseDurationMs(text) === undefined) {
    throw new DomainError('INVALID_PARAMETERS', `${name} "${text}" is not a duration such as 30s or 1h30m`);
  }
  return text;
}
