import {
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type CalendarSpec,
  type Client,
  type ScheduleOptions,
} from '@temporalio/client';
import type pg from 'pg';
import type { Listener } from '../database/listener.ts';
import type { Action } from '../jobs/actions/action.ts';
import { listActionConfigs } from '../jobs/action-configs.ts';
import { findAction } from '../jobs/catalogue.ts';
import { parseCronSchedule, type CalendarRule, type CronSchedule, type ValueRange } from '../jobs/cron-schedule.ts';
import { listCrons, type CronRow } from '../jobs/crons.ts';
import { cronChannel } from '../jobs/wake-up.ts';
import type { Logger } from '../telemetry/logger.ts';
import { startPolling, type Polling } from './polling.ts';
import { workflowOptions } from './workflow-options.ts';

export interface SchedulesDeps {
  readonly pool: pg.Pool;
  readonly listener: Listener;
  readonly temporal: Client;
  readonly log: Logger;
}

const prefix = 'cron:';
const pollIntervalMs = 60_000;
const rpcTimeoutMs = 10_000;
const minuteMs = 60_000;

/**
 * Makes Temporal's schedules those of `jobs.crons`: at start, on every change, and once a minute for what was missed.
 * What an operator has paused stays paused.
 */
export function startSchedules(deps: SchedulesDeps): Polling {
  const applied = new Map<string, string>();
  return startPolling({
    name: 'schedules',
    intervalMs: pollIntervalMs,
    wakeOn: { listener: deps.listener, channel: cronChannel },
    log: deps.log,
    poll: async () => {
      await deps.temporal.withDeadline(Date.now() + rpcTimeoutMs, () => reconcile(deps, applied));
      return false;
    },
  });
}

/** @param applied the version of each cron that this process has brought to Temporal, so that it does so once */
async function reconcile({ pool, temporal, log }: SchedulesDeps, applied: Map<string, string>): Promise<void> {
  const crons = await listCrons(pool);
  const configs = new Map((await listActionConfigs(pool)).map((config) => [config.action, config]));
  const wanted = new Set(crons.map((cron) => prefix + cron.action));
  for (const cron of crons) {
    const action = findAction(cron.action);
    const config = configs.get(cron.action);
    const version = `${cron.updatedAt.getTime()} ${config?.updatedAt.getTime()}`;
    if (!action || applied.get(cron.action) === version) continue;
    await apply(temporal, { ...cron, parameters: { ...config?.parameters, ...cron.parameters } }, action);
    applied.set(cron.action, version);
    log.info({ action: cron.action, schedule: cron.schedule }, 'schedule applied');
  }
  for await (const { scheduleId } of temporal.schedule.list()) {
    if (!scheduleId.startsWith(prefix) || wanted.has(scheduleId)) continue;
    await temporal.schedule.getHandle(scheduleId).delete();
    applied.delete(scheduleId.slice(prefix.length));
    log.info({ scheduleId }, 'schedule deleted');
  }
}

async function apply(temporal: Client, cron: CronRow, action: Action): Promise<void> {
  const options = scheduleOptions(cron, action);
  try {
    await temporal.schedule
      .getHandle(options.scheduleId)
      .update(({ state }) => ({ spec: options.spec, action: options.action, policies: options.policies ?? {}, state }));
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    await temporal.schedule.create(options);
  }
}

function scheduleOptions(cron: CronRow, action: Action): ScheduleOptions {
  const schedule = parseCronSchedule(cron.schedule);
  const job = {
    action: action.name,
    parameters: cron.parameters,
    capacityMap: cron.capacityMap,
    retriesLeft: cron.retries,
    retriesTotal: cron.retries,
    deadline: cron.deadline,
    stopTimeout: cron.stopTimeout,
    trigger: 'schedule' as const,
    requestedBy: cron.requestedBy,
    namespace: '',
    repository: '',
  };
  return {
    scheduleId: prefix + action.name,
    spec: {
      timezone: 'UTC',
      ...(schedule.everyMs === undefined
        ? { calendars: schedule.rules.map(calendar) }
        : { intervals: [{ every: schedule.everyMs }] }),
    },
    action: {
      type: 'startWorkflow',
      workflowType: action.name,
      // The server appends the time of the run.
      workflowId: action.name,
      args: [job],
      ...workflowOptions(action, job),
    },
    policies: { overlap: overlapPolicies[action.overlap], catchupWindow: catchupWindowMs(schedule) },
  };
}

const overlapPolicies = { skip: ScheduleOverlapPolicy.SKIP, allow: ScheduleOverlapPolicy.ALLOW_ALL } as const;

/** A run that was missed is made up for as long as the next one is not near: at least 1 minute, at most a day. */
function catchupWindowMs(schedule: CronSchedule): number {
  const first = schedule.next(new Date());
  const intervalMs = schedule.next(first).getTime() - first.getTime();
  return Math.min(Math.max(intervalMs, minuteMs), 24 * 60 * minuteMs);
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
