import type { ActionParameter } from './action.ts';

/** The value is a UUID. */
export const uuidPattern = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';

/** `dryRun`, which means the same for every action that has it. */
export const dryRun = {
  type: 'string',
  pattern: '^(true|false)$',
  allowed: 'true or false',
  description: 'only tell what would go',
  default: 'false',
} as const satisfies ActionParameter;

/** `maxDuration`: MSR's "for x minutes". */
export const maxDuration = {
  type: 'string',
  pattern: '^(0|([0-9]{1,9}(\\.[0-9]{1,9})?(ms|s|m|h))+)$',
  allowed: 'a duration such as 30s, 5m or 1h30m, or 0',
  description: 'how long it may work, such as 30m; the next job goes on; 0: no limit',
  default: '0',
} as const satisfies ActionParameter;

/** `maxPerSecond`, which leaves room for others. */
export const maxPerSecond = {
  type: 'string',
  pattern: '^[0-9]{1,6}$',
  allowed: 'a whole number from 0 to 999999',
  description: 'how many items a second it may do; 0: no limit',
  default: '0',
} as const satisfies ActionParameter;

/**
 * `batchSize`, 1 to 1000, which is the most that S3 deletes in one call.
 *
 * @param items what it counts, such as "blobs per page"
 */
export function batchSize(items: string): ActionParameter {
  return {
    type: 'string',
    pattern: '^([1-9][0-9]{0,2}|1000)$',
    allowed: 'a whole number from 1 to 1000',
    description: items,
    default: '1000',
  };
}

/** `busyPercent`, which leaves room for clients. */
export const busyPercent = {
  type: 'string',
  pattern: '^([1-9][0-9]?|100)$',
  allowed: 'a whole number from 1 to 100',
  description: 'how much of the time it may work, in percent; it rests in between, so that clients get the rest',
  default: '10',
} as const satisfies ActionParameter;
