import type { JobTrigger } from './status.ts';

/**
 * What a job is to do, and on whose account: all that is needed to start it, to show it and to repeat it. The one argument of
 * every job's workflow.
 */
export interface JobSpec {
  readonly action: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly capacityMap: Readonly<Record<string, number>>;
  readonly retriesLeft: number;
  readonly retriesTotal: number;
  /** Go duration strings, empty for none. */
  readonly deadline: string;
  readonly stopTimeout: string;
  readonly trigger: JobTrigger;
  /** Account name, or what else asked. */
  readonly requestedBy: string;
  readonly namespace: string;
  /** namespace/name, or empty. */
  readonly repository: string;
  /** The name of the cron that the job comes from, or empty. */
  readonly cron: string;
}
