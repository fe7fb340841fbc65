import type { Action } from '../actions/action.ts';
import type { NewJob } from './enqueue.ts';
import type { JobSpec } from './job-spec.ts';

/** Who and what has caused a job, and what it takes where that is not what its action says. */
export type JobCause = Pick<JobSpec, 'requestedBy' | 'namespace' | 'repository'> &
  Partial<Pick<JobSpec, 'capacityMap'>>;

/**
 * A job that the registry itself causes, for `enqueueJobs`: its id is that of its cause, so one cause makes one job.
 *
 * @throws Error where a parameter that belongs to the id is missing, which is a mistake of the caller
 */
export function causedJob(action: Action, parameters: JobSpec['parameters'], about: JobCause): NewJob {
  const { name, capacityMap, deadline, stopTimeout } = action;
  const id = causedJobId(action, parameters);
  return {
    id,
    retryFromId: id,
    action: name,
    parameters,
    capacityMap,
    retriesLeft: 0,
    retriesTotal: 0,
    deadline,
    stopTimeout,
    trigger: 'event',
    cron: '',
    ...about,
  };
}

function causedJobId({ name, idParameters }: Action, parameters: JobSpec['parameters']): string {
  const values = idParameters.map((parameter) => {
    const value = parameters[parameter];
    if (value === undefined) throw new Error(`a job ${name} has its id from ${parameter}, which is not given`);
    return value;
  });
  return [name, ...values].join(':');
}
