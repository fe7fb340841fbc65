import { createHash } from 'node:crypto';
import { ScheduleOverlapPolicy, type CalendarSpec, type ScheduleOptions } from '@temporalio/client';
import { parseDurationMs } from '../config/duration.ts';
import type { Action } from '../jobs/actions/action.ts';
import {
  defaultCatchupWindowMs,
  parseCronSchedule,
  type CalendarRule,
  type CronSchedule,
  type ValueRange,
} from '../jobs/crons/cron-schedule.ts';
import { specOfCron, type CronRow } from '../jobs/crons/crons.ts';
import { wallClock } from '../jobs/crons/time-zone.ts';
import { workflowOptions } from './workflow-options.ts';

/** The ids of all schedules of crons start with this. */
export const scheduleIdPrefix = 'cron:';

/** A schedule as Temporal takes it, all but whether it is paused. */
export type CronScheduleOptions = Required<Pick<ScheduleOptions, 'scheduleId' | 'spec' | 'action' | 'policies'>>;

/** Where the API has a cron. */
export function cronPath(name: string): string {
  return `/api/v0/crons/${encodeURIComponent(name)}`;
}

/**
 * The memo of the schedule of a cron, which Temporal never changes: so nothing that may change is in it, such as how
 * clients reach this server.
 */
export function scheduleMemo({ name, action }: Pick<CronRow, 'name' | 'action'>) {
  return { cron: name, action, api: cronPath(name) };
}

/**
 * The schedule of a cron.
 *
 * @param publicUrl how clients reach this server: what people see in Temporal links to it
 * @throws InvalidScheduleError, or RangeError for a time zone that this machine does not know
 */
export function scheduleOptions(cron: CronRow, action: Action, publicUrl: string): CronScheduleOptions {
  const schedule = parseCronSchedule(cron.schedule, cron.timeZone);
  const jitterMs = parseDurationMs(cron.jitter);
  const job = specOfCron({ ...cron, action: action.name });
  return {
    scheduleId: scheduleIdPrefix + cron.name,
    spec: {
      timezone: specTimeZone(schedule, cron.timeZone),
      ...(schedule.everyMs === undefined
        ? { calendars: schedule.rules.map(calendar) }
        : { intervals: [{ every: schedule.everyMs }] }),
      ...(jitterMs && { jitter: jitterMs }),
    },
    action: {
      type: 'startWorkflow',
      workflowType: action.name,
      // The server appends the time of the run.
      workflowId: cron.name === action.name ? action.name : `${action.name}:${cron.name}`,
      args: [job],
      ...workflowOptions(action, job, { publicUrl }),
    },
    policies: {
      overlap: overlapPolicies[action.overlap],
      catchupWindow: parseDurationMs(cron.catchupWindow) ?? defaultCatchupWindowMs(schedule),
    },
  };
}

const yearMs = 366 * 24 * 3_600_000;
const hourMs = 3_600_000;

/**
 * In some time zones Temporal leaves out much of the hour that clocks show twice. What runs in every hour of every day
 * does so in UTC as well, unless the zone is not ahead by whole hours.
 */
function specTimeZone({ rules }: CronSchedule, timeZone: string): string {
  const isEveryHour = rules.every(({ hour, dayOfMonth, month, dayOfWeek }) => {
    const [{ start, end, step } = { start: 0, end: 0, step: 0 }] = hour;
    return start === 0 && end === 23 && step === 1 && !dayOfMonth && !month && !dayOfWeek;
  });
  if (!isEveryHour || timeZone === 'UTC') return timeZone;
  const clock = wallClock(timeZone);
  const now = new Date();
  const change = clock.nextChange(now, new Date(now.getTime() + yearMs)) ?? now;
  return [now, change].every((time) => clock.offsetMs(time) % hourMs === 0) ? 'UTC' : timeZone;
}

const overlapPolicies = { skip: ScheduleOverlapPolicy.SKIP, allow: ScheduleOverlapPolicy.ALLOW_ALL } as const;

/** Tells schedules that differ apart. */
export function fingerprint({ spec, action, policies }: CronScheduleOptions): string {
  // The search attributes say nothing that the rest does not.
  const text = JSON.stringify([spec, { ...action, typedSearchAttributes: undefined }, policies]);
  return createHash('sha256').update(text).digest('base64url');
}

const months = [
  'JANUARY',
  'FEBRUARY',
  'MARCH',
  'APRIL',
  'MAY',
  'JUNE',
  'JULY',
  'AUGUST',
  'SEPTEMBER',
  'OCTOBER',
  'NOVEMBER',
  'DECEMBER',
] as const;
const weekdays = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const;

function calendar(rule: CalendarRule): CalendarSpec {
  return {
    second: [...rule.second],
    minute: [...rule.minute],
    hour: [...rule.hour],
    ...(rule.dayOfMonth && { dayOfMonth: [...rule.dayOfMonth] }),
    ...(rule.month && { month: expand(rule.month).flatMap((value) => months[value - 1] ?? []) }),
    ...(rule.dayOfWeek && { dayOfWeek: expand(rule.dayOfWeek).flatMap((value) => weekdays[value] ?? []) }),
  };
}

function expand(ranges: readonly ValueRange[]): number[] {
  return ranges.flatMap(({ start, end, step }) =>
    Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step),
  );
}
