import { CronExpressionParser } from 'cron-parser';
import { parseDurationMs } from '../../config/duration.ts';
import { wallClock, type WallClock } from './time-zone.ts';

/** A run of values with the same step; `end` is included. */
export interface ValueRange {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** Times that match in every field. Weekdays count from Sunday, 0. An absent field matches anything. */
export interface CalendarRule {
  readonly second: readonly ValueRange[];
  readonly minute: readonly ValueRange[];
  readonly hour: readonly ValueRange[];
  readonly dayOfMonth?: readonly ValueRange[];
  readonly month?: readonly ValueRange[];
  readonly dayOfWeek?: readonly ValueRange[];
}

/** A cron schedule: the times of any of its rules on the clock of its time zone, or every so many milliseconds. */
export interface CronSchedule {
  readonly rules: readonly CalendarRule[];
  readonly everyMs: number | undefined;
  /** The first time after `now`. */
  next(now: Date): Date;
}

/** The text is not a schedule. The message says what is wrong and shows one that is right. */
export class InvalidScheduleError extends Error {
  override name = 'InvalidScheduleError';
}

const macros = new Map([
  ['@yearly', '0 0 0 1 1 *'],
  ['@annually', '0 0 0 1 1 *'],
  ['@monthly', '0 0 0 1 * *'],
  ['@weekly', '0 0 0 * * 0'],
  ['@daily', '0 0 0 * * *'],
  ['@midnight', '0 0 0 * * *'],
  ['@hourly', '0 0 * * * *'],
]);
const leastIntervalMs = 1_000;
const hint =
  'a schedule has 6 fields, seconds first (second minute hour day-of-month month day-of-week), such as "0 30 3 * * *", or is one of @hourly, @daily, @weekly, @monthly, @yearly, @every 90m';

/**
 * Reads a schedule as MSR takes it: six fields with seconds first, or an `@` form (docs/msr-api.md, "Jobs").
 *
 * As in every cron, a time matches if day of month or day of week does, where both are restricted. As in Temporal, it is
 * the clock on the wall that matches: a time that it skips does not come that day, and one that it shows twice does twice.
 *
 * @param timeZone a name that `findTimeZone` gave
 * @throws InvalidScheduleError, or RangeError for a time zone that this machine does not know
 */
export function parseCronSchedule(text: string, timeZone = 'UTC'): CronSchedule {
  const clock = timeZone === 'UTC' ? undefined : wallClock(timeZone);
  const trimmed = text.trim();
  const every = /^@every\s+(\S+)$/.exec(trimmed)?.[1];
  if (every !== undefined) return intervalSchedule(text, every);
  const fields = (macros.get(trimmed) ?? trimmed).split(/\s+/);
  if (trimmed.startsWith('@') && !macros.has(trimmed)) throw invalid(text, `unknown form ${trimmed}`);
  if (fields.length !== 6) throw invalid(text, `it has ${fields.length} ${fields.length === 1 ? 'field' : 'fields'}`);
  const unsupported = fields.find((field) => !/^[\d*?,/-]+$/.test(field.replaceAll(namedValue, '0')));
  if (unsupported !== undefined) throw invalid(text, `"${unsupported}" is not supported`);
  const expression = fields.map((field, index) => withoutDuplicates(text, field, index)).join(' ');
  const parsed = parseExpression(text, expression);
  const [dayOfMonthText = '', dayOfWeekText = ''] = [fields[3], fields[5]];
  const time = {
    second: ranges(parsed.fields.second.values),
    minute: ranges(parsed.fields.minute.values),
    hour: ranges(parsed.fields.hour.values),
    ...(!isAny(fields[4] ?? '') && { month: ranges(parsed.fields.month.values) }),
  };
  const dayOfMonth = isAny(dayOfMonthText) ? undefined : ranges(parsed.fields.dayOfMonth.values);
  const dayOfWeek = isAny(dayOfWeekText) ? undefined : ranges(parsed.fields.dayOfWeek.values.map(sundayAsZero));
  const rules =
    dayOfMonth && dayOfWeek
      ? [
          { ...time, dayOfMonth },
          { ...time, dayOfWeek },
        ]
      : [{ ...time, ...(dayOfMonth && { dayOfMonth }), ...(dayOfWeek && { dayOfWeek }) }];
  const schedule = {
    rules,
    everyMs: undefined,
    next: (now: Date) => nextOnClock(expression, clock, now),
  };
  assertHappens(text, schedule);
  return schedule;
}

const minuteMs = 60_000;
const halfDayMs = 12 * 60 * minuteMs;

/**
 * How late a run that was missed is made up for, where nobody says: a day for what runs once or twice a day or less
 * often, 10 minutes for what comes again soon anyhow.
 */
export function defaultCatchupWindowMs(schedule: CronSchedule): number {
  const first = schedule.next(new Date());
  const intervalMs = schedule.next(first).getTime() - first.getTime();
  return intervalMs >= halfDayMs ? 2 * halfDayMs : 10 * minuteMs;
}

const namedValue = /(?:SUN|MON|TUE|WED|THU|FRI|SAT|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)/gi;

/** The library has ideas of its own about hours in which clocks change, so it only ever sees UTC. */
function nextOnClock(expression: string, clock: WallClock | undefined, now: Date): Date {
  const nextInUtc = (from: Date): Date =>
    CronExpressionParser.parse(expression, { tz: 'UTC', currentDate: from }).next().toDate();
  if (!clock) return nextInUtc(now);
  // A stretch of time in which the clock does not change begins at `since`; what is looked for comes after `fromMs`.
  let since = now;
  let fromMs = now.getTime();
  for (;;) {
    const offsetMs = clock.offsetMs(since);
    const found = new Date(nextInUtc(new Date(fromMs + offsetMs)).getTime() - offsetMs);
    const change = clock.nextChange(since, found);
    if (!change) return found;
    since = change;
    fromMs = change.getTime() - 1;
  }
}

function parseExpression(text: string, expression: string) {
  try {
    return CronExpressionParser.parse(expression, { tz: 'UTC' });
  } catch (error) {
    throw invalid(text, (error as Error).message, error);
  }
}

const fieldNames = ['second', 'minute', 'hour', 'dayOfMonth', 'month', 'dayOfWeek'] as const;

/** The library refuses a list that names a value twice, as "0,7" does with Sunday; other crons take it. */
function withoutDuplicates(text: string, field: string, index: number): string {
  const name = fieldNames[index];
  if (!field.includes(',') || name === undefined) return field;
  const values = field.split(',').flatMap((part): (number | string)[] => {
    if (part === '') throw invalid(text, `"${field}" is not a list`);
    const alone = parseExpression(text, fieldNames.map((_, other) => (other === index ? part : '*')).join(' '));
    return name === 'dayOfWeek' ? alone.fields[name].values.map(sundayAsZero) : [...alone.fields[name].values];
  });
  return [...new Set(values)].join(',');
}

/** "0 0 0 30 2 *" is well formed and never happens. */
function assertHappens(text: string, schedule: CronSchedule): void {
  try {
    schedule.next(new Date());
  } catch (error) {
    throw invalid(text, 'no such day ever comes', error);
  }
}

function intervalSchedule(text: string, every: string): CronSchedule {
  const everyMs = parseDurationMs(every);
  if (everyMs === undefined || everyMs < leastIntervalMs || everyMs % leastIntervalMs !== 0) {
    throw invalid(text, `"${every}" is not a whole number of seconds such as 30s or 1h30m`);
  }
  return {
    rules: [],
    everyMs,
    // Temporal counts intervals from the epoch.
    next: (now) => new Date((Math.floor(now.getTime() / everyMs) + 1) * everyMs),
  };
}

function invalid(text: string, reason: string, cause?: unknown): InvalidScheduleError {
  return new InvalidScheduleError(`"${text}" is not a schedule: ${reason}; ${hint}`, { cause });
}

function isAny(field: string): boolean {
  return field === '*' || field === '?';
}

function sundayAsZero(day: number | string): number {
  return Number(day) % 7;
}

/** Folds values into as few ranges as a person would write. */
function ranges(values: readonly (number | string)[]): ValueRange[] {
  const numbers = [...new Set(values.map(Number))].sort((a, b) => a - b);
  const [first = 0, second = first] = numbers;
  const last = numbers.at(-1) ?? first;
  const step = Math.max(1, second - first);
  if (numbers.every((value, index) => value === first + index * step)) return [{ start: first, end: last, step }];
  return numbers.map((value) => ({ start: value, end: value, step: 1 }));
}
