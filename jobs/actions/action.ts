import type { JobTrigger } from '../records/status.ts';
import type { ActionParameters } from './parameter.ts';

/** What every action declares. */
interface Declared<Name extends string> {
  /** Its name in the API, and the type of its workflow. */
  readonly name: Name;
  /** One sentence: what it does. */
  readonly description: string;
  /** What an operator should know before stopping it. */
  readonly stopAdvice: string;
  /** 1, first, to 5, last: what somebody waits for comes before what nobody does. */
  readonly priority: JobPriority;
  /** Whether its workflow waits at checkpoints (workflows/shared/steering.ts). */
  readonly isPausable: boolean;
}

/** What an action declares where it is not as usual. */
interface Usual<Parameters extends ActionParameters> {
  /** Other names that the API takes for it; answers always have its own. None by default. */
  readonly aliases: readonly string[];
  /** None by default. */
  readonly parameters: Parameters;
  /** What a job takes of the workers' capacity, by key, unless it says otherwise. Nothing by default. */
  readonly capacityMap: Readonly<Record<string, number>>;
  /** Go duration strings, empty for none: those of jobs that do not name their own. Empty by default. */
  readonly deadline: string;
  readonly stopTimeout: string;
  /** Whether its cron starts a job while the last one that it started still runs. `skip` by default. */
  readonly overlap: 'skip' | 'allow';
  /**
   * Parameters that are the id of a job which the registry itself causes, so that one cause makes one job. Jobs that
   * somebody asks for have an id of their own each. None by default.
   */
  readonly idParameters: readonly (keyof Parameters & string)[];
  /**
   * What may make its jobs. `api`: system administrators, by `POST /api/v0/jobs`; `schedule`: its cron. These two by
   * default.
   */
  readonly startedBy: readonly Exclude<JobTrigger, 'retry'>[];
  /** The schedule of the cron that a new installation begins with; none by default. */
  readonly defaultCron: string | undefined;
  /** An action whose jobs do this one's work as well: where that is in the catalogue, this one begins without a cron. */
  readonly partOf: string | undefined;
}

/** One job action: all that API, dispatcher, schedules, workflow and documentation need to know of it. */
export type Action<
  Parameters extends ActionParameters = ActionParameters,
  Name extends string = string,
> = Declared<Name> & Usual<Parameters>;

type NoParameters = Readonly<Record<string, never>>;

/** Declares an action; what is left out is as usual. */
export function defineAction<const Name extends string, const Parameters extends ActionParameters = NoParameters>(
  declaration: Declared<Name> & Partial<Usual<Parameters>>,
): Action<Parameters, Name> {
  const usual: Omit<Usual<ActionParameters>, 'parameters'> = {
    aliases: [],
    capacityMap: {},
    deadline: '',
    stopTimeout: '',
    overlap: 'skip',
    idParameters: [],
    startedBy: ['api', 'schedule'],
    defaultCron: undefined,
    partOf: undefined,
  };
  return { ...usual, parameters: {} as Parameters, ...declaration };
}

export const jobPriorities = [1, 2, 3, 4, 5] as const;
export type JobPriority = (typeof jobPriorities)[number];
