import { defineAction } from './action.ts';
import { batchSize, dryRun } from './common-parameters.ts';

export const onlinegcEventsAction = defineAction({
  name: 'onlinegc_events',
  description: 'Removes events of repositories, as far as the settings repoEventHistory… say.',
  stopAdvice: 'Safe to cancel, terminate or reset at any time: what is left is done by the next run.',
  parameters: { dryRun, batchSize: batchSize('events per transaction') },
  priority: 5,
  defaultCron: '@daily',
  isPausable: true,
});
