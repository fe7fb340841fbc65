import { type Static, Type } from 'typebox';
import {
  defaultCatchupWindowMs,
  InvalidScheduleError,
  parseCronSchedule,
  type CronSchedule,
} from '../../jobs/crons/cron-schedule.ts';
import { dueTime, type CronRun } from '../../jobs/crons/cron-runs.ts';
import type { CronRow } from '../../jobs/crons/crons.ts';
import { jobStatuses, jobTriggers } from '../../jobs/records/status.ts';
import { allReadOnly, listOf, mapOf, nullable, oneOf, readOnly, Timestamp } from '../http/schemas.ts';

const timesShown = 5;

/** A job of a cron; `dueAt` is when it was its turn. */
const CronRunView = Type.Object(
  {
    jobID: Type.String(),
    status: oneOf(jobStatuses),
    trigger: oneOf(jobTriggers),
    dueAt: Timestamp,
    startedAt: nullable(Timestamp),
    endedAt: nullable(Timestamp),
    failure: nullable(Type.String()),
    waitingReason: Type.Optional(Type.String()),
  },
  { title: 'CronRun' },
);

/** A cron as the API shows it: MSR's fields (DTR 2.7 API, tmpresponses.Cron), and our own. */
export const CronView = Type.Object(
  {
    id: readOnly(Type.String()),
    name: Type.String(),
    action: Type.String(),
    schedule: Type.String(),
    timeZone: Type.String(),
    jitter: Type.String(),
    catchupWindow: Type.String(),
    retries: Type.Integer(),
    capacityMap: mapOf(Type.Integer()),
    parameters: mapOf(Type.String()),
    deadline: Type.String(),
    stopTimeout: Type.String(),
    isPaused: Type.Boolean(),
    note: readOnly(Type.String()),
    isQueuePaused: Type.Boolean(),
    nextRun: Type.Optional(readOnly(Timestamp)),
    ...allReadOnly({
      nextRuns: listOf(Timestamp),
      lastRuns: listOf(CronRunView),
      missedRuns: Type.Object({ tooLate: Type.Integer(), overlap: Type.Integer() }),
      // Empty once Temporal has the schedule as it is shown here.
      problem: Type.String(),
      isApplied: Type.Boolean(),
      requestedBy: Type.String(),
      updatedAt: Timestamp,
    }),
  },
  { title: 'Cron' },
);

/**
 * The view of a cron. The next times are those at which it is due, as Temporal has said, or as is reckoned here until it
 * has taken the cron; a cron that is paused, or whose action's queue is, does nothing then.
 */
export function viewCron(cron: CronRow, lastRuns: readonly ShownRun[]): Static<typeof CronView> {
  const schedule = readSchedule(cron);
  const now = new Date();
  const isApplied = cron.revision === cron.appliedRevision && cron.problem === '';
  const told = isApplied ? cron.nextRuns.filter((time) => time > now).slice(0, timesShown) : [];
  const nextRuns = told.length > 0 ? told : schedule ? dueTimes(schedule, now) : [];
  return {
    id: cron.id,
    name: cron.name,
    action: cron.action,
    schedule: cron.schedule,
    timeZone: cron.timeZone,
    jitter: cron.jitter,
    catchupWindow: cron.catchupWindow || (schedule ? formatDuration(defaultCatchupWindowMs(schedule)) : ''),
    retries: cron.retries,
    capacityMap: cron.capacityMap,
    parameters: cron.parameters,
    deadline: cron.deadline,
    stopTimeout: cron.stopTimeout,
    isPaused: cron.isPaused,
    note: cron.note,
    isQueuePaused: cron.isQueuePaused,
    ...(nextRuns[0] && { nextRun: nextRuns[0] }),
    nextRuns,
    lastRuns: lastRuns.map(viewRun),
    missedRuns: { tooLate: cron.missedTooLate, overlap: cron.missedOverlap },
    problem: cron.problem,
    isApplied,
    requestedBy: cron.requestedBy,
    updatedAt: cron.updatedAt,
  };
}

/** A run of a cron; of one that waits, why, where that was looked up. */
type ShownRun = CronRun & { readonly waitingReason?: string | undefined };

function viewRun(run: ShownRun): Static<typeof CronRunView> {
  const { jobId, status, trigger, scheduledAt, startedAt, endedAt, failure, waitingReason } = run;
  const dueAt = dueTime(jobId) ?? scheduledAt;
  return {
    jobID: jobId,
    status,
    trigger,
    dueAt,
    startedAt,
    endedAt,
    failure,
    ...(waitingReason !== undefined && { waitingReason }),
  };
}

function dueTimes(schedule: CronSchedule, now: Date): Date[] {
  let time = now;
  return Array.from({ length: timesShown }, () => (time = schedule.next(time)));
}

/** Undefined where this version of the program, or of the time zones, does not know it any more: `problem` says so. */
function readSchedule({ schedule, timeZone }: CronRow): CronSchedule | undefined {
  try {
    return parseCronSchedule(schedule, timeZone);
  } catch (error) {
    if (error instanceof InvalidScheduleError || error instanceof RangeError) return undefined;
    throw error;
  }
}

function formatDuration(durationMs: number): string {
  return durationMs % 3_600_000 === 0 ? `${durationMs / 3_600_000}h` : `${durationMs / 60_000}m`;
}
