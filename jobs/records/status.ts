/** Job statuses as MSR's documentation of its job queue names them (docs/msr-api.md, "Jobs"). */
export const jobStatuses = [
  'waiting',
  'running',
  'done',
  'error',
  'cancel_request',
  'cancel',
  'deleted',
  'worker_dead',
  'worker_shutdown',
  'worker_resurrection',
] as const;

export type JobStatus = (typeof jobStatuses)[number];

/**
 * The words of the published specification for two of them (its enumeration of a job's status), which the documentation
 * and its samples do not use. Answers have the documented words; filters take both.
 */
export const statusAliases: ReadonlyMap<string, JobStatus> = new Map([
  ['errored', 'error'],
  ['canceled', 'cancel'],
]);

/** Every status with the other words for it. */
export const statusWords: readonly { readonly name: JobStatus; readonly aliases: readonly string[] }[] =
  jobStatuses.map((name) => ({
    name,
    aliases: [...statusAliases].filter(([, status]) => status === name).map(([alias]) => alias),
  }));

/** Statuses after which a job never changes again. */
export type FinalStatus = Extract<JobStatus, 'done' | 'error' | 'cancel'>;

/** What makes a job: a caller of the API, a cron, an event of the registry, or the failure of an earlier job. */
export const jobTriggers = ['api', 'schedule', 'event', 'retry'] as const;

export type JobTrigger = (typeof jobTriggers)[number];
