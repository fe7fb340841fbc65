import { ApiError } from './errors.ts';

const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/i;

const firstTime = new Date('1970-01-01T00:00:00Z');
const lastTime = new Date('9999-12-31T23:59:59Z');

/**
 * Reads a time that a client gives.
 *
 * @param name what the client calls it, for messages
 * @param text RFC 3339; undefined and empty: none
 * @throws ApiError INVALID_PARAMETERS
 */
export function readTime(name: string, text = ''): Date | undefined {
  if (text === '') return undefined;
  const time = new Date(text);
  // Years that PostgreSQL or ISO 8601 write in another way are nobody's schedule.
  const isInRange = time >= firstTime && time <= lastTime;
  if (rfc3339.test(text) && isInRange) return time;
  throw new ApiError('INVALID_PARAMETERS', `${name} "${text}" is not a time such as 2026-01-31T03:00:00Z`);
}
