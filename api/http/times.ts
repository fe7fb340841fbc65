import { Type } from 'typebox';
import { DomainError } from '../../errors/domain-error.ts';

/** A field or parameter that holds a time. Every one is made of this, and read by `readTime`. */
export const TimeText = Type.String({ maxLength: 40, holds: 'time' });

// RFC 3339, section 5.6.
const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:Z|[+-](\d{2}):(\d{2}))$/i;

const firstTime = new Date('1970-01-01T00:00:00Z');
const endOfTime = new Date('+010000-01-01T00:00:00Z');
// As much as any clock on earth has been ahead of UTC or behind it, and more: 15 h 13 min 42 s, in Alaska.
const mostOffsetHours = 18;
const example = 'such as 2026-01-31T03:00:00Z';

/**
 * Reads a time that a client gives. What does not exist, such as 30 February or 24 o'clock, is refused, and never taken
 * for a time near to it.
 *
 * @param name what the client calls it, for messages
 * @param text RFC 3339, from 1970 to 9999; undefined and empty: none
 * @throws DomainError INVALID_PARAMETERS
 */
export function readTime(name: string, text = ''): Date | undefined {
  if (text === '') return undefined;
  const fields = rfc3339.exec(text)?.slice(1);
  if (!fields) throw invalid(`${name} "${text}" is not a time ${example}`);
  const problem = findProblem(fields.map((field) => Number(field ?? 0)));
  if (problem !== undefined) throw invalid(`${name} "${text}" is not a time ${example}: ${problem}`);
  const time = new Date(text);
  // With its offset a time of the first day may be before 1970, and one of the last day after 9999.
  if (time >= firstTime && time < endOfTime) return time;
  throw invalid(`${name} "${text}" is not a time ${example}: years, in UTC, are from 1970 to 9999`);
}

/** What of a time does not exist, in words. */
function findProblem(fields: readonly number[]): string | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, offsetHours = 0, offsetMinutes = 0] = fields;
  if (month < 1 || month > 12) return 'months are from 01 to 12';
  const days = daysIn(year, month);
  if (day < 1 || day > days) return `the month ${pad(year, 4)}-${pad(month, 2)} has the days from 01 to ${days}`;
  if (hour > 23) return 'hours are from 00 to 23, and midnight is 00:00:00 of the next day';
  if (minute > 59) return 'minutes are from 00 to 59';
  if (second > 59) return 'seconds are from 00 to 59: leap seconds are not counted';
  if (offsetHours * 60 + offsetMinutes > mostOffsetHours * 60 || offsetMinutes > 59) {
    return `offsets from UTC are ${mostOffsetHours}:00 at the most, with minutes from 00 to 59`;
  }
  return undefined;
}

function daysIn(year: number, month: number): number {
  // The day before the first of the next month.
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function pad(value: number, length: number): string {
  return String(value).padStart(length, '0');
}

function invalid(message: string): DomainError {
  return new DomainError('INVALID_PARAMETERS', message);
}
