import { defineAction } from './action.ts';
import { batchSize, busyPercent, dryRun, maxDuration, maxPerSecond, uuid } from './common-parameters.ts';

export const onlinegcMetadataAction = defineAction({
  name: 'onlinegc_metadata',
  description: 'Deletes manifests that no tag, index or subject needs, and what is left of deleted repositories.',
  stopAdvice: 'Safe to cancel, terminate or reset at any time: what is left is done by the next run.',
  parameters: {
    dryRun,
    batchSize: batchSize('manifests per page'),
    maxDuration,
    maxPerSecond,
    busyPercent,
    repositoryID: uuid('the deleted repository that caused the job'),
  },
  priority: 5,
  idParameters: ['repositoryID'],
  startedBy: ['api', 'schedule', 'event'],
  isPausable: true,
});
