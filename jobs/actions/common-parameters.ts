import type { BooleanParameter, DurationParameter, IntegerParameter, TextParameter } from './parameter.ts';

/** A parameter that is `true` or `false`, and `false` where it is not given. */
export function flag(description: string): BooleanParameter {
  return { type: 'boolean', pattern: '^(true|false)$', allowed: 'true or false', description, default: false };
}

/** The id of something in the database. */
export function uuid(description: string): TextParameter {
  return {
    type: 'text',
    pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
    allowed: 'an id such as 00000000-0000-4000-8000-000000000000',
    description,
  };
}

/** `dryRun`, which means the same for every action that has it. */
export const dryRun = flag('only tell what would go');

/** `maxDuration`: MSR's "for x minutes". */
export const maxDuration: DurationParameter = {
  type: 'duration',
  pattern: '^(0|([0-9]{1,9}(\\.[0-9]{1,9})?(ms|s|m|h))+)$',
  allowed: 'a duration such as 30s, 5m or 1h30m, or 0',
  description: 'how long it may work, such as 30m; the next job goes on; 0: no limit',
  default: '0',
};

/** `maxPerSecond`, which leaves room for others. */
export const maxPerSecond: IntegerParameter = {
  type: 'integer',
  pattern: '^[0-9]{1,6}$',
  allowed: 'a whole number from 0 to 999999',
  description: 'how many items a second it may do; 0: no limit',
  default: 0,
};

/**
 * `batchSize`, 1 to 1000, which is the most that S3 deletes in one call.
 *
 * @param items what it counts, such as "blobs per page"
 */
export function batchSize(items: string): IntegerParameter {
  return {
    type: 'integer',
    pattern: '^([1-9][0-9]{0,2}|1000)$',
    allowed: 'a whole number from 1 to 1000',
    description: items,
    default: 1_000,
  };
}

/** `busyPercent`, which leaves room for clients. */
export const busyPercent: IntegerParameter = {
  type: 'integer',
  pattern: '^([1-9][0-9]?|100)$',
  allowed: 'a whole number from 1 to 100',
  description: 'how much of the time it may work, in percent; it rests in between, so that clients get the rest',
  default: 10,
};
