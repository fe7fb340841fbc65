import { defineAction } from './action.ts';
import { batchSize, busyPercent, dryRun, maxDuration, maxPerSecond } from './common-parameters.ts';

export const onlinegcAction = defineAction({
  name: 'onlinegc',
  aliases: ['gc'],
  description: 'Runs every garbage collection, one after the other, each as a job of its own.',
  stopAdvice: 'Safe to cancel, terminate or reset at any time: what is left is done by the next run.',
  parameters: { dryRun, batchSize: batchSize('items per page'), maxDuration, maxPerSecond, busyPercent },
  priority: 5,
  defaultCron: '@hourly',
  isPausable: true,
});
