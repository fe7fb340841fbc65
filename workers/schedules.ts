import { msNumberToTs, tsToDate } from '@temporalio/common/lib/time.js';
import { ScheduleNotFoundError, type Client, type ScheduleDescription } from '@temporalio/client';
import type pg from 'pg';
import type { Listener } from '../database/listener.ts';
import { withTransaction } from '../database/transaction.ts';
import { findActionConfig } from '../jobs/actions/action-configs.ts';
import { findAction } from '../jobs/actions/catalogue.ts';
import { InvalidScheduleError } from '../jobs/crons/cron-schedule.ts';
import { recordCronProblem, recordCronState, takeCron, type CronState } from '../jobs/crons/cron-state.ts';
import { listCrons, type CronRow } from '../jobs/crons/crons.ts';
import { cronChannel } from '../database/wake-up.ts';
import type { Logger } from '../log/logger.ts';
import { startPolling, type Polling } from './polling.ts';
import {
  cronPath,
  fingerprint,
  scheduleIdPrefix,
  scheduleMemo,
  scheduleOptions,
  type CronScheduleOptions,
} from './schedule-options.ts';

export interface SchedulesDeps {
  readonly pool: pg.Pool;
  readonly listener: Listener;
  readonly temporal: Client;
  /** How clients reach this server: what people see in Temporal links to it. */
  readonly publicUrl: string;
  readonly log: Logger;
  /** How old what is known of a schedule may get. Default 60 s. */
  readonly observeAfterMs?: number;
}

interface Loop extends SchedulesDeps {
  readonly observeAfterMs: number;
  /** Crons, by id, that this process has compared with Temporal since it started. */
  readonly compared: Set<string>;
  /** Since when the change of a cron waits, by its id. */
  readonly waitingSinceMs: Map<string, number>;
  /** When strays were last looked for, and the crons that there were. */
  sweep: { atMs: number; ids: string };
}

const rpcTimeoutMs = 10_000;
const pollIntervalMs = 5_000;
const maxWaitMs = 30_000;

/**
 * Makes Temporal's schedules those of `jobs.crons`: at start, on every change, and once a minute for what was missed.
 * What an operator has paused in Temporal stays paused, and is written to the cron, as are the runs that were missed.
 *
 * Any number of processes may do this at once: each takes crons that no other has in hand.
 */
export function startSchedules(deps: SchedulesDeps): Polling {
  const loop: Loop = {
    observeAfterMs: 60_000,
    ...deps,
    compared: new Set(),
    waitingSinceMs: new Map(),
    sweep: { atMs: -Infinity, ids: '' },
  };
  return startPolling({
    name: 'schedules',
    intervalMs: Math.min(pollIntervalMs, loop.observeAfterMs),
    wakeOn: { listener: deps.listener, channel: cronChannel },
    log: deps.log,
    poll: async () => {
      const crons = await listCrons(deps.pool);
      for (const cron of crons) if (isDue(loop, cron)) await bringToTemporal(loop, cron);
      const ids = crons.map(({ id }) => id).join();
      if (ids === loop.sweep.ids && performance.now() - loop.sweep.atMs < loop.observeAfterMs) return false;
      await deleteStrays(loop);
      loop.sweep = { atMs: performance.now(), ids };
      return false;
    },
  });
}

/** Whether a cron has changed, or what is known of its schedule is old. */
function isDue({ observeAfterMs, compared, waitingSinceMs }: Loop, cron: CronRow): boolean {
  if (!findAction(cron.action)) return false;
  const isOld = cron.observedAt === null || Date.now() - cron.observedAt.getTime() >= observeAfterMs;
  return isOld || cron.revision !== cron.appliedRevision || !compared.has(cron.id) || waitingSinceMs.has(cron.id);
}

async function bringToTemporal(loop: Loop, { id }: CronRow): Promise<void> {
  const { pool, temporal, log } = loop;
  await withTransaction(pool, async (tx) => {
    const cron = await takeCron(tx, id);
    const action = cron && findAction(cron.action);
    if (!cron || !action || !isDue(loop, cron)) return;
    try {
      const config = await findActionConfig(tx, cron.action);
      const parameters = { ...config?.parameters, ...cron.parameters };
      const options = scheduleOptions({ ...cron, parameters }, action, loop.publicUrl);
      const state = await temporal.withDeadline(Date.now() + rpcTimeoutMs, () => apply(loop, cron, options));
      if (!state) return;
      await recordCronState(tx, cron, state);
      if (state.applied !== cron.applied) log.info({ cron: cron.name, schedule: cron.schedule }, 'schedule applied');
    } catch (error) {
      if (!isAboutCron(error)) throw error;
      log.error({ err: error, cron: cron.name }, 'Temporal does not accept the schedule of a cron');
      await recordCronProblem(tx, cron, error.message);
    }
    loop.compared.add(id);
    loop.waitingSinceMs.delete(id);
  });
}

/** Whether the cron itself is wrong: Temporal being away is nothing about it. */
function isAboutCron(error: unknown): error is Error {
  // The client turns INVALID_ARGUMENT for a schedule into a TypeError; a RangeError is a time zone unknown here.
  return error instanceof InvalidScheduleError || error instanceof TypeError || error instanceof RangeError;
}

/** Gives what Temporal has then, or undefined where the change has to wait. */
async function apply(loop: Loop, cron: CronRow, options: CronScheduleOptions): Promise<CronState | undefined> {
  const { temporal } = loop;
  const handle = temporal.schedule.getHandle(options.scheduleId);
  const applied = fingerprint(options);
  let seen = await handle.describe().catch(undefinedIfNotFound);
  let lost = 0;
  if (!seen) {
    await temporal.schedule.create({
      ...options,
      memo: scheduleMemo(cron),
      state: wantedState(cron, cron),
    });
    lost = await countLost(temporal, options.scheduleId, cron);
    seen = await handle.describe();
  } else if (cron.applied !== applied || changedAt(seen).getTime() !== cron.appliedAt?.getTime()) {
    if (hasToWait(loop, cron.id, seen)) return undefined;
    await handle.update(({ state }) => ({ ...options, state }));
    seen = await handle.describe();
  }
  const own = cron.isPausePending ? cron : ownPause(cron, seen.state);
  const { paused, note } = wantedState(cron, own);
  if (paused !== seen.state.paused || note !== (seen.state.note ?? '')) {
    await (paused ? handle.pause(note) : handle.unpause(note));
  }
  return {
    applied,
    appliedAt: changedAt(seen),
    isPaused: own.isPaused,
    note: own.note,
    nextRuns: await nextRuns(loop, options.scheduleId, seen),
    tooLate: seen.info.numActionsMissedCatchupWindow,
    overlap: seen.info.numActionsSkippedOverlap,
    lost,
  };
}

/** Whether a cron is paused for itself, and why. */
type OwnPause = Pick<CronRow, 'isPaused' | 'note'>;

/** The note by which a schedule that stands still with its queue is told from one that somebody has paused. */
function queueNote(action: string): string {
  return `the queue of ${action} is paused: PATCH /api/v0/queues/${action}`;
}

/** The note of a schedule about which nobody has said anything. */
function ownerNote({ name }: CronRow): string {
  return `made by Jobrunner: ${cronPath(name)} shows and changes it, and what is edited here is changed back`;
}

/** The schedule of a cron that goes on is paused while the queue of its action is: what comes due then is left out. */
function wantedState(cron: CronRow, { isPaused, note }: OwnPause): { paused: boolean; note: string } {
  if (cron.isQueuePaused && !isPaused) return { paused: true, note: queueNote(cron.action) };
  return { paused: isPaused, note: note || ownerNote(cron) };
}

/** What of the state in Temporal somebody there has wanted. */
function ownPause(cron: CronRow, { paused, note = '' }: ScheduleDescription['state']): OwnPause {
  if (paused && note === queueNote(cron.action)) return { isPaused: false, note: cron.note };
  return { isPaused: paused, note: note === ownerNote(cron) ? '' : note };
}

function undefinedIfNotFound(error: unknown): undefined {
  if (!(error instanceof ScheduleNotFoundError)) throw error;
}

/** Differs from what it was after our change once somebody else has changed the schedule. */
function changedAt({ info }: ScheduleDescription): Date {
  return info.lastUpdatedAt ?? info.createdAt;
}

/** A schedule that Temporal had lost has missed what came due since it was last seen. */
async function countLost(temporal: Client, scheduleId: string, cron: CronRow): Promise<number> {
  if (cron.applied === '' || cron.observedAt === null || cron.isPaused || cron.isQueuePaused) return 0;
  return (await dueTimes(temporal, scheduleId, cron.observedAt, new Date())).length;
}

/** The times at which a schedule is due after one moment, up to another; no more than Temporal lists at once. */
async function dueTimes(temporal: Client, scheduleId: string, after: Date, until: Date): Promise<Date[]> {
  const { startTime } = await temporal.workflowService.listScheduleMatchingTimes({
    namespace: temporal.options.namespace,
    scheduleId,
    startTime: msNumberToTs(after.getTime()),
    endTime: msNumberToTs(until.getTime()),
  });
  return startTime.map((time) => tsToDate(time));
}

/** When a schedule is due next: at least what comes until it is looked at again. Node's time zones may be other ones. */
async function nextRuns(
  { temporal, observeAfterMs }: Loop,
  scheduleId: string,
  { info }: ScheduleDescription,
): Promise<Date[]> {
  const until = new Date(Date.now() + 2 * observeAfterMs);
  const last = info.nextActionTimes.at(-1);
  if (last === undefined || last > until) return info.nextActionTimes;
  return [...info.nextActionTimes, ...(await dueTimes(temporal, scheduleId, last, until))];
}

/** A change discards what came due before it and was not started, as after an outage of Temporal: it waits for that. */
function hasToWait({ waitingSinceMs }: Loop, id: string, { state, info }: ScheduleDescription): boolean {
  const [next] = info.nextActionTimes;
  const isBehind = !state.paused && next !== undefined && next.getTime() < Date.now();
  if (!isBehind) return false;
  const sinceMs = waitingSinceMs.get(id) ?? performance.now();
  waitingSinceMs.set(id, sinceMs);
  return performance.now() - sinceMs < maxWaitMs;
}

/** Deletes schedules of crons that are gone. */
async function deleteStrays({ pool, temporal, log, waitingSinceMs }: Loop): Promise<void> {
  const found: string[] = [];
  await temporal.withDeadline(Date.now() + rpcTimeoutMs, async () => {
    for await (const { scheduleId } of temporal.schedule.list()) found.push(scheduleId);
  });
  // Read after Temporal's list, so that the schedule of a cron that is made in between is not taken for a stray.
  const crons = await listCrons(pool);
  const wanted = new Set(crons.map(({ name }) => scheduleIdPrefix + name));
  for (const scheduleId of found) {
    if (!scheduleId.startsWith(scheduleIdPrefix) || wanted.has(scheduleId)) continue;
    const handle = temporal.schedule.getHandle(scheduleId);
    // Another process may have been faster.
    await temporal.withDeadline(Date.now() + rpcTimeoutMs, () => handle.delete().catch(undefinedIfNotFound));
    log.info({ scheduleId }, 'schedule deleted');
  }
  const ids = new Set(crons.map(({ id }) => id));
  for (const id of waitingSinceMs.keys()) if (!ids.has(id)) waitingSinceMs.delete(id);
}
