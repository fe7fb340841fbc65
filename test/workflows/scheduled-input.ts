import type { JobInput } from '../../workflows/shared/job-input.ts';

/** What a cron without settings gives to the workflow of its action. */
export function scheduledInput(action: string): JobInput {
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
