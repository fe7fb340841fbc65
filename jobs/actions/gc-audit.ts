import { defineAction } from './action.ts';
import { batchSize, flag, maxDuration, maxPerSecond } from './common-parameters.ts';

export const gcAuditAction = defineAction({
  name: 'gc_audit',
  description: 'Compares the blob store with the database, both ways, and repairs what differs if it is told to.',
  stopAdvice: 'Safe to cancel, terminate or reset at any time; the next run begins again.',
  parameters: {
    repair: flag(
      'whether to delete objects older than a day that no blob or upload owns, and to quarantine blobs without their object',
    ),
    batchSize: batchSize('objects or blobs per page'),
    maxDuration,
    maxPerSecond: { ...maxPerSecond, default: 1_000 },
  },
  priority: 5,
  isPausable: true,
});
