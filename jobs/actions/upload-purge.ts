import { defineAction } from './action.ts';
import { batchSize, dryRun } from './common-parameters.ts';

export const uploadPurgeAction = defineAction({
  name: 'upload_purge',
  description: 'Removes uploads that nobody has written to for UPLOAD_EXPIRY, and pieces of uploads that are gone.',
  stopAdvice: 'Safe to cancel, terminate or reset at any time: what is left is done by the next run.',
  parameters: { dryRun, batchSize: batchSize('uploads per page') },
  priority: 5,
  isPausable: true,
});
