import type { TaskQueue } from '../../workflows/shared/task-queues.ts';
import type { JobTrigger } from '../records/status.ts';

/** A parameter of a job action, as JSON Schema. Values are strings in the API; `pattern` says which, `allowed` in words. */
export interface ActionParameter {
  readonly type: 'string';
  readonly pattern: string;
  /** For messages, and for people: "must be …". */
  readonly allowed: string;
  readonly description: string;
  /** What the workflow takes where the parameter is not given. */
  readonly default?: string;
}

/** One job action: all that API, dispatcher, schedules and documentation need to know of it. */
export interface Action {
  /** Its name in the API, and the type of its workflow. */
  readonly name: string;
  /** Other names that the API takes for it; answers always have its own. */
  readonly aliases: readonly string[];
  /** One sentence: what it does. */
  readonly description: string;
  /** What an operator should know before stopping it. */
  readonly stopAdvice: string;
  readonly parameters: Readonly<Record<string, ActionParameter>>;
  readonly requiredParameters: readonly string[];
  /** Where its workflow tasks run. */
  readonly taskQueue: TaskQueue;
  /** 1, first, to 5, last: what somebody waits for comes before what nobody does. */
  readonly priority: JobPriority;
  /** What a job takes of the workers' capacity, by key, unless it says otherwise. */
  readonly capacityMap: Readonly<Record<string, number>>;
  /** Go duration strings, empty for none: those of jobs that do not name their own. */
  readonly deadline: string;
  readonly stopTimeout: string;
  /** Whether its cron starts a job while the last one that it started still runs. */
  readonly overlap: 'skip' | 'allow';
  /**
   * Parameters that are the id of a job which the registry itself causes, so that one cause makes one job. Jobs that
   * somebody asks for have an id of their own each.
   */
  readonly idParameters: readonly string[];
  /** What may make its jobs. `api`: system administrators, by `POST /api/v0/jobs`; `schedule`: its cron. */
  readonly startedBy: readonly Exclude<JobTrigger, 'retry'>[];
  /** The schedule of the cron that a new installation begins with; undefined for none. */
  readonly defaultCron: string | undefined;
  /** An action whose jobs do this one's work as well: where that is in the catalogue, this one begins without a cron. */
  readonly partOf?: string;
  /** Whether its workflow waits at checkpoints (workflows/shared/steering.ts). */
  readonly isPausable: boolean;
}

export const jobPriorities = [1, 2, 3, 4, 5] as const;
export type JobPriority = (typeof jobPriorities)[number];

const maxParameterLength = 255;

/** The JSON Schema of an action's parameters, whole. */
export function parametersSchema({ parameters, requiredParameters }: Action) {
  const properties = Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => [name, { ...parameter, maxLength: maxParameterLength }]),
  );
  return { type: 'object', properties, required: requiredParameters, additionalProperties: false };
}

/**
 * The id of a job that the registry causes: the same for the same cause.
 *
 * @throws Error where a parameter that belongs to the id is missing, which is a mistake of the caller
 */
export function causedJobId({ name, idParameters }: Action, parameters: Readonly<Record<string, string>>): string {
  const values = idParameters.map((parameter) => {
    const value = parameters[parameter];
    if (value === undefined) throw new Error(`a job ${name} has its id from ${parameter}, which is not given`);
    return value;
  });
  return [name, ...values].join(':');
}
