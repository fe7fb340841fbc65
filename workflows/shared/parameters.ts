import type { ApplicationFailure } from '@temporalio/workflow';
import { parseDurationMs } from '../../config/duration.ts';
import type { Action } from '../../jobs/actions/action.ts';
import {
  isRequired,
  type ActionParameter,
  type ActionParameters,
  type ParameterValues,
} from '../../jobs/actions/parameter.ts';
import type { JobSpec } from '../../jobs/records/job-spec.ts';
import { jobFailure } from './failure.ts';

/**
 * Reads the parameters of a job by the declaration of its action: each as its type says, or its default where it is not
 * given. Durations are in milliseconds.
 *
 * @throws ApplicationFailure of type INVALID_PARAMETERS, which ends the job
 */
export function readParameters<P extends ActionParameters>(
  { parameters }: Action<P>,
  job: Pick<JobSpec, 'parameters'>,
): ParameterValues<P> {
  const values = Object.entries(parameters).map(([name, parameter]) => [
    name,
    readParameter(name, parameter, job.parameters[name]),
  ]);
  return Object.fromEntries(values) as ParameterValues<P>;
}

function readParameter(
  name: string,
  parameter: ActionParameter,
  given: string | undefined,
): string | number | boolean | undefined {
  const text = given ?? ('default' in parameter ? String(parameter.default) : undefined);
  if (text === undefined) {
    if (isRequired(parameter)) throw invalidParameter(name, '', 'given');
    return undefined;
  }
  if (!new RegExp(parameter.pattern, 'u').test(text)) throw invalidParameter(name, text, parameter.allowed);
  switch (parameter.type) {
    case 'integer':
      return Number(text);
    case 'boolean':
      return text === 'true';
    case 'duration': {
      const durationMs = parseDurationMs(text);
      if (durationMs === undefined) throw invalidParameter(name, text, parameter.allowed);
      return durationMs;
    }
    case 'text':
      return text;
  }
}

function invalidParameter(name: string, text: string, expected: string): ApplicationFailure {
  const message = `parameter ${name} of the job must be ${expected}, not "${text}": submit the job again`;
  return jobFailure('INVALID_PARAMETERS', message);
}
