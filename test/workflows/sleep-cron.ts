import type { CronDefinition } from '../../jobs/crons/crons.ts';

/** A cron of jobs that end at once; a copy may change it. */
export const sleepCron: CronDefinition = {
  name: 'sleep',
  action: 'sleep',
  schedule: '@daily',
  timeZone: 'UTC',
  jitter: '',
  catchupWindow: '',
  retries: 0,
  parameters: { seconds: '0' },
  capacityMap: {},
  deadline: '',
  stopTimeout: '',
  requestedBy: 'tester',
};
