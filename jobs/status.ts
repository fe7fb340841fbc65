/** Job statuses as the MSR documentation names them (job queue page). */
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

/** Statuses after which a job never changes again. */
export type FinalStatus = Extract<JobStatus, 'done' | 'error' | 'cancel'>;

/** What makes a job: a caller of the API, a cron, an event of the registry, or the failure of an earlier job. */
export const jobTriggers = ['api', 'schedule', 'event', 'retry'] as const;

export type JobTrigger = (typeof jobTriggers)[number];
