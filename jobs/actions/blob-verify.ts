import { defineAction } from './action.ts';
import { batchSize, maxDuration } from './common-parameters.ts';

export const blobVerifyAction = defineAction({
  name: 'blob_verify',
  description: 'Reads the bytes of every blob, compares them with the digest, and quarantines what is damaged.',
  stopAdvice: 'Safe to cancel, terminate or reset at any time; the next run begins again.',
  parameters: {
    maxBytesPerSecond: {
      type: 'integer',
      pattern: '^[1-9][0-9]{0,8}$',
      allowed: 'a whole number from 1 to 999999999',
      description: 'how many bytes a second it may read',
      default: 50_000_000,
    },
    batchSize: batchSize('blobs per page'),
    maxDuration,
  },
  priority: 5,
  isPausable: true,
});
