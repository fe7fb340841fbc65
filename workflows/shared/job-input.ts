import { ApplicationFailure } from '@temporalio/workflow';
import type { JobTrigger } from '../../jobs/records/status.ts';

/** The one argument of every job's workflow: all that is needed to show and to repeat the job. */
export interface JobInput {
  readonly action: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly capacityMap: Readonly<Record<string, number>>;
  readonly retriesLeft: number;
  readonly retriesTotal: number;
  /** Go duration strings, empty for none. */
  readonly deadline: string;
  readonly stopTimeout: string;
  readonly trigger: JobTrigger;
  readonly requestedBy: string;
  readonly namespace: string;
  readonly repository: string;
  /** The name of the cron that the job comes from. */
  readonly cron?: string | undefined;
}

/**
 * Reads a parameter that holds a whole number.
 *
 * @throws ApplicationFailure of type InvalidParameters, which ends the job
 */
export function integerParameter(input: JobInput, name: string, defaultValue: number): number {
  const text = input.parameters[name];
  if (text === undefined) return defaultValue;
  if (!/^\d{1,9}$/.test(text)) throw invalidParameter(name, text, 'a whole number');
  return Number(text);
}

/**
 * Reads a parameter that holds `true` or `false`.
 *
 * @throws ApplicationFailure of type InvalidParameters, which ends the job
 */
export function booleanParameter(input: JobInput, name: string, defaultValue: boolean): boolean {
  const text = input.parameters[name];
  if (text === undefined) return defaultValue;
  if (text !== 'true' && text !== 'false') throw invalidParameter(name, text, 'true or false');
  return text === 'true';
}

/**
 * Reads a parameter that must be there.
 *
 * @throws ApplicationFailure of type InvalidParameters, which ends the job
 */
export function textParameter(input: JobInput, name: string): string {
  const text = input.parameters[name];
  if (!text) throw invalidParameter(name, text ?? '', 'given');
  return text;
}

/** The failure of a job whose parameter is not what it must be. */
export function invalidParameter(name: string, text: string, expected: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `parameter ${name} of the job must be ${expected}, not "${text}": submit the job again`,
    'InvalidParameters',
  );
}
