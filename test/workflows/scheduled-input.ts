import type { JobSpec } from '../../jobs/records/job-spec.ts';

/** What a cron without settings gives to the workflow of its action. */
export function scheduledInput(action: string): JobSpec {
  return {
    action,
    parameters: {},
    capacityMap: {},
    retriesLeft: 0,
    retriesTotal: 0,
    deadline: '',
    stopTimeout: '',
    trigger: 'schedule',
    requestedBy: 'admin',
    namespace: '',
    repository: '',
    cron: action,
  };
}
