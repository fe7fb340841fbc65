import { defineAction } from './action.ts';
import { batchSize, busyPercent, dryRun, maxDuration, maxPerSecond } from './common-parameters.ts';

export const onlinegcBlobsAction = defineAction({
  name: 'onlinegc_blobs',
  description: 'Deletes blobs that no manifest names, while clients push and pull.',
  stopAdvice: 'Safe to cancel, terminate or reset at any time: what is left is done by the next run.',
  parameters: { dryRun, batchSize: batchSize('blobs per page'), maxDuration, maxPerSecond, busyPercent },
  priority: 5,
  defaultCron: '@hourly',
  partOf: 'onlinegc',
  isPausable: true,
});
