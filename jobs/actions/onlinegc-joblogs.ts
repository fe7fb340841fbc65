import { defineAction } from './action.ts';
import { batchSize, dryRun } from './common-parameters.ts';

export const onlinegcJoblogsAction = defineAction({
  name: 'onlinegc_joblogs',
  description: 'Removes ended jobs with their logs, as far as the settings jobHistory… say.',
  stopAdvice: 'Safe to cancel, terminate or reset at any time: what is left is done by the next run.',
  parameters: { dryRun, batchSize: batchSize('jobs and log lines per transaction') },
  priority: 5,
  defaultCron: '@daily',
  isPausable: true,
});
