import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { ScheduleDescription } from '@temporalio/client';
import { changeActionQueue } from '../../jobs/queue/action-queues.ts';
import { actions } from '../../jobs/actions/catalogue.ts';
import { cancelJobs } from '../../jobs/records/cancel-many.ts';
import { cancelJob } from '../../jobs/records/commands.ts';
import { parseCronSchedule } from '../../jobs/crons/cron-schedule.ts';
import { lastCronRuns } from '../../jobs/crons/cron-runs.ts';
import {
  deleteCron,
  findCron,
  saveCron,
  setCronPaused,
  type CronDefinition,
  type CronRow,
} from '../../jobs/crons/crons.ts';
import { makeDefaultCrons } from '../../jobs/crons/default-crons.ts';
import { countInFlight, findJob } from '../../jobs/records/queries.ts';
import { findWaitingReason } from '../../jobs/queue/waiting-reason.ts';
import { createWakeUp, cronChannel } from '../../database/wake-up.ts';
import { findTimeZone } from '../../jobs/crons/time-zone.ts';
import { viewCron } from '../../api/jobs/cron-view.ts';
import { startSchedules } from '../../workers/schedules.ts';
import { eventually } from '../e2e/eventually.ts';
import { missing } from '../setup/tools.ts';
import { publicUrl, startTestJobrunner } from './test-jobrunner.ts';
import { sleepCron } from './sleep-cron.ts';

test('crons and the schedules of Temporal', { skip: missing('temporal') }, async (t) => {
  const jobrunner = await startTestJobrunner(t);
  const { pool, temporal, connection, listener, log } = jobrunner;
  const start = () => startSchedules({ pool, listener, temporal, publicUrl, log, observeAfterMs: 400 });
  let schedules = start();
  jobrunner.cleanUp.after(() => schedules.close());
  const wake = createWakeUp(pool, cronChannel, (error) => assert.fail(error));

  async function save(fields: Partial<CronDefinition>): Promise<CronRow> {
    const saved = await saveCron(pool, { ...sleepCron, ...fields });
    wake.send();
    return saved;
  }

  function cronIs(what: string, name: string, isReached: (row: CronRow) => boolean): Promise<CronRow> {
    return eventually(`the cron ${name} to be ${what}`, async () => {
      const row = await findCron(pool, name);
      return row && isReached(row) ? row : undefined;
    });
  }

  const isApplied = (row: CronRow): boolean => row.revision === row.appliedRevision;

  async function describe(name: string): Promise<ScheduleDescription> {
    return temporal.schedule.getHandle(`cron:${name}`).describe();
  }

  const isThere = (name: string) =>
    describe(name).then(
      () => true,
      () => false,
    );

  await t.test('two crons of one action run each by itself, and their jobs are told apart', async () => {
    await save({ name: 'first', schedule: '* * * * * *' });
    await save({ name: 'second', schedule: '*/2 * * * * *', jitter: '200ms', catchupWindow: '1h' });
    const runs = await eventually('jobs of both', async () => {
      const found = await lastCronRuns(pool, ['first', 'second']);
      return (found.get('first')?.length ?? 0) >= 2 && (found.get('second')?.length ?? 0) >= 2 ? found : undefined;
    });
    for (const name of ['first', 'second']) {
      for (const { jobId } of runs.get(name) ?? []) assert.match(jobId, new RegExp(`^sleep:${name}-\\d{4}-.*Z$`));
    }
    const { spec, policies } = await describe('second');
    assert.deepEqual([spec.jitter, policies.catchupWindow], [200, 3_600_000]);
    await deleteCron(pool, 'first');
    await deleteCron(pool, 'second');
    wake.send();
    await eventually('both schedules to go', async () => !(await isThere('first')) && !(await isThere('second')));
  });

  await t.test('the clock of a time zone is the same to Temporal and to the API', async () => {
    const cases = [
      ['0 30 2 * * *', 'America/New_York', '2027-03-12T00:00:00Z'],
      ['0 30 1 * * *', 'America/New_York', '2027-11-05T12:00:00Z'],
      ['0 */20 * * * *', 'Europe/Berlin', '2027-10-30T22:00:00Z'],
      ['0 0 0 * * SUN', 'America/Santiago', '2026-12-01T00:00:00Z'],
      ['0 0 6 1,15 * *', 'Asia/Kathmandu', '2027-01-01T00:00:00Z'],
    ] as const;
    const seconds = (time: Date) => ({ seconds: Math.floor(time.getTime() / 1_000) }) as never;
    for (const [index, [schedule, timeZone, from]] of cases.entries()) {
      const name = `zone-${index}`;
      await save({ name, schedule, timeZone });
      await cronIs('applied', name, isApplied);
      const parsed = parseCronSchedule(schedule, timeZone);
      let time = new Date(from);
      const ours = Array.from({ length: 12 }, () => (time = parsed.next(time)));
      const { startTime } = await connection.workflowService.listScheduleMatchingTimes({
        namespace: temporal.options.namespace,
        scheduleId: `cron:${name}`,
        startTime: seconds(new Date(from)),
        endTime: seconds(time),
      });
      const theirs = startTime.map((at) => new Date(Number(at.seconds) * 1_000));
      assert.deepEqual(theirs, ours, `${schedule} in ${timeZone}`);
    }
  });

  await t.test('every time zone that the API takes, Temporal takes under the name that is given back', async () => {
    const known = Intl.supportedValuesOf('timeZone');
    // Names of this machine that are in no database, links, zones without a place, other case.
    const more = [
      'PST PNT ACT AET AGT ART AST BET BST CAT CNT CST CTT EAT ECT IET IST JST MIT NET NST PLT PRT SST VST',
      'EST MST HST EST5EDT CST6CDT MST7MDT PST8PDT CET EET MET WET GMT GMT0 UCT Zulu Universal Greenwich',
      'TURKEY Turkey Cuba Egypt Eire Hongkong Iceland Iran Israel Jamaica Japan Kwajalein Libya Navajo NZ NZ-CHAT Poland',
      'Portugal PRC ROC ROK Singapore W-SU GB GB-Eire US/Pacific-New US/Pacific US/East-Indiana Canada/East-Saskatchewan',
      'Brazil/DeNoronha Chile/EasterIsland Mexico/BajaSur SystemV/PST8PDT SystemV/AST4 Etc/GMT+12 Etc/GMT-14 Etc/UCT',
      'Asia/Kolkata Asia/Ho_Chi_Minh Asia/Yangon Europe/Kyiv Atlantic/Faroe America/Nuuk Pacific/Kanton Pacific/Pohnpei',
      'America/Argentina/ComodRivadavia America/Port_Of_Spain America/Port-Au-Prince Africa/Timbuktu Arctic/Longyearbyen',
      'Antarctica/DumontDUrville Asia/Ust-Nera America/Knox_IN Australia/ACT Australia/NSW Europe/Isle_Of_Man',
    ].flatMap((line) => line.split(' '));
    const asked = [
      ...known,
      ...known.map((name) => name.toUpperCase()),
      ...more,
      ...more.map((name) => name.toLowerCase()),
    ];
    const zones = new Set(asked.flatMap((name) => findTimeZone(name) ?? []));
    assert.ok(zones.size >= known.length);
    const handle = await temporal.schedule.create({
      scheduleId: 'zones',
      spec: { calendars: [{ hour: 4 }], timezone: 'UTC' },
      action: { type: 'startWorkflow', workflowType: 'sleep', taskQueue: 'none', workflowId: 'zones' },
      state: { paused: true },
    });
    const refused: string[] = [];
    for (const timezone of zones) {
      await handle
        .update((previous) => ({ ...previous, spec: { calendars: [{ hour: 4 }], timezone } }))
        .catch((error: unknown) => refused.push(`${timezone}: ${String(error)}`));
    }
    await handle.delete();
    assert.deepEqual(refused, []);
  });

  await t.test('the next runs of a cron are those that Temporal tells, until it is asked again', async () => {
    const rare = await save({ name: 'rare', schedule: '0 30 2 * * *', timeZone: 'Africa/Cairo' });
    assert.deepEqual(rare.nextRuns, [], 'nobody has told yet');
    const told = await cronIs('told', 'rare', ({ nextRuns }) => nextRuns.length > 0);
    assert.deepEqual(told.nextRuns, (await describe('rare')).info.nextActionTimes);
    assert.ok(viewCron(told, []).nextRuns.every((time, index) => time.getTime() === told.nextRuns[index]?.getTime()));

    // What Temporal says is shown, not what is reckoned here.
    const [first, ...others] = told.nextRuns;
    const moved = [new Date(Number(first) + 3_600_000), ...others];
    const view = viewCron({ ...told, nextRuns: [new Date(0), ...moved] }, []);
    assert.deepEqual([view.nextRun, view.nextRuns], [moved[0], moved.slice(0, 5)]);
    await deleteCron(pool, 'rare');

    await schedules.close();
    schedules = startSchedules({ pool, listener, temporal, publicUrl, log, observeAfterMs: 15_000 });
    await save({ name: 'often', schedule: '* * * * * *' });
    const often = await cronIs('told', 'often', ({ nextRuns }) => nextRuns.length > 0);
    assert.ok(Number(often.nextRuns.at(-1)) - Date.now() > 20_000, 'enough until it is looked at again');
    for (const [index, time] of often.nextRuns.entries()) {
      if (index > 0) assert.equal(Number(time) - Number(often.nextRuns[index - 1]), 1_000);
    }
    await deleteCron(pool, 'often');
    wake.send();
    await eventually('the schedule to go', async () => !(await isThere('often')));
    await schedules.close();
    schedules = start();
  });

  await t.test('a pause of the API reaches Temporal, and one of an operator the cron', async () => {
    await save({});
    const applied = await cronIs('applied', 'sleep', isApplied);
    const made = await describe('sleep');
    assert.match(made.state.note ?? '', /^made by Jobrunner: \/api\/v0\/crons\/sleep shows and changes it/);
    assert.deepEqual(made.memo, { cron: 'sleep', action: 'sleep', api: '/api/v0/crons/sleep' });
    assert.equal(applied.note, '', 'nobody has said anything about it');
    await setCronPaused(pool, 'sleep', { isPaused: true, note: 'the disk is full' });
    wake.send();
    await eventually('the pause', async () => (await describe('sleep')).state.paused);
    assert.equal((await describe('sleep')).state.note, 'the disk is full');
    await save({ schedule: '@hourly' });
    const changed = await cronIs('applied', 'sleep', isApplied);
    assert.deepEqual([changed.isPaused, changed.note], [true, 'the disk is full']);

    const handle = temporal.schedule.getHandle('cron:sleep');
    await handle.unpause('the disk is empty');
    const resumed = await cronIs('resumed', 'sleep', ({ isPaused }) => !isPaused);
    assert.equal(resumed.note, 'the disk is empty');
    await handle.pause('stopped in the Temporal UI');
    const paused = await cronIs('paused', 'sleep', ({ isPaused }) => isPaused);
    assert.equal(paused.note, 'stopped in the Temporal UI');

    // A new start finds it so, and leaves it.
    await schedules.close();
    const before = (await findCron(pool, 'sleep'))?.observedAt?.getTime() ?? 0;
    schedules = start();
    const after = await cronIs('observed', 'sleep', ({ observedAt }) => (observedAt?.getTime() ?? 0) > before);
    assert.equal(after.isPaused, true);
    const { state, info } = await describe('sleep');
    assert.deepEqual([state.paused, state.note], [true, 'stopped in the Temporal UI']);
    assert.equal(info.lastUpdatedAt?.getTime(), changed.appliedAt?.getTime(), 'the new start changed nothing');
  });

  await t.test('while the queue of its action is paused, a cron starts nothing', async () => {
    const name = 'queued';
    const held = 'the queue of sleep is paused: PATCH /api/v0/queues/sleep';
    const setQueue = async (paused: boolean): Promise<void> => {
      await changeActionQueue(pool, 'sleep', { paused }, 'tester');
      wake.send();
      await cronIs('applied', name, isApplied);
    };
    const runsOf = async () => (await lastCronRuns(pool, [name])).get(name)?.[0]?.jobId;
    const stateOf = async () => {
      const { paused, note } = (await describe(name)).state;
      return { paused, note };
    };
    await save({ name, schedule: '* * * * * *' });
    await eventually('a job of it', runsOf);
    await setQueue(true);
    assert.deepEqual(await stateOf(), { paused: true, note: held });
    const row = await cronIs('held', name, ({ isQueuePaused }) => isQueuePaused);
    assert.equal(row.isPaused, false, 'nobody has paused the cron');
    // What had been started before the pause comes to its row.
    await delay(1_500);
    const last = await runsOf();
    await delay(3_000);
    assert.equal(await runsOf(), last);

    await temporal.schedule.getHandle(`cron:${name}`).unpause('go on');
    await eventually('the hold to come back', async () => (await describe(name)).state.note === held);
    await setQueue(false);
    assert.deepEqual(await stateOf(), { paused: false, note: 'go on' });
    await eventually('another job of it', async () => (await runsOf()) !== last);

    await setQueue(true);
    await setCronPaused(pool, name, { isPaused: true, note: 'for good' });
    wake.send();
    await cronIs('applied', name, isApplied);
    assert.deepEqual(await stateOf(), { paused: true, note: 'for good' });
    await setQueue(false);
    assert.deepEqual(await stateOf(), { paused: true, note: 'for good' }, 'its own pause outlives that of the queue');

    await setQueue(true);
    await save({ name: 'new', schedule: '* * * * * *' });
    await cronIs('applied', 'new', isApplied);
    assert.equal((await describe('new')).state.note, held, 'one that is made meanwhile waits too');
    await changeActionQueue(pool, 'sleep', { paused: false }, 'tester');
    wake.send();
    await eventually('a job of the new one', async () => (await lastCronRuns(pool, ['new'])).get('new')?.[0]);
    for (const each of [name, 'new']) await deleteCron(pool, each);
    wake.send();
  });

  await t.test('what somebody has changed in Temporal is put right, and what is gone comes back', async () => {
    await save({ name: 'kept', schedule: '0 0 4 * * *' });
    await cronIs('applied', 'kept', isApplied);
    const handle = temporal.schedule.getHandle('cron:kept');
    await handle.update((previous) => ({ ...previous, spec: { intervals: [{ every: '1 day' }] } }));
    await eventually(
      'the old schedule',
      async () => (await handle.describe()).spec.calendars?.[0]?.hour?.[0]?.start === 4,
    );

    await setCronPaused(pool, 'kept', { isPaused: true, note: 'for a while' });
    wake.send();
    await cronIs('applied', 'kept', isApplied);
    await handle.delete();
    await eventually('the schedule to come back', () => isThere('kept'));
    const { state } = await handle.describe();
    assert.deepEqual([state.paused, state.note], [true, 'for a while']);
  });

  await t.test('due times that passed while Temporal had lost the schedule count as missed', async () => {
    await save({ name: 'lost', schedule: '* * * * * *', parameters: { seconds: '0' } });
    await cronIs('applied', 'lost', isApplied);
    await schedules.close();
    await temporal.schedule.getHandle('cron:lost').delete();
    await pool.query(`UPDATE jobs.crons SET observed_at = now() - interval '1 minute' WHERE name = 'lost'`);
    schedules = start();
    const { missedTooLate } = await cronIs('missed', 'lost', (row) => row.missedTooLate > 0);
    assert.ok(missedTooLate >= 59 && missedTooLate < 120, String(missedTooLate));
    await deleteCron(pool, 'lost');
    wake.send();
  });

  await t.test('a due time at which the last job still runs is shown as missed', async () => {
    await save({ name: 'long', schedule: '* * * * * *', parameters: { seconds: '600' } });
    const { missedOverlap, missedTooLate } = await cronIs('missed', 'long', (row) => row.missedOverlap >= 2);
    assert.ok(missedOverlap >= 2);
    assert.equal(missedTooLate, 0);
    await deleteCron(pool, 'long');
    wake.send();
  });

  await t.test('a run waits for its place like any other job; those that come due meanwhile are skipped', async () => {
    const name = 'waiting';
    const newest = async () => {
      const [run] = (await lastCronRuns(pool, [name])).get(name) ?? [];
      return run && (await findJob(pool, run.jobId));
    };
    await cancelJobs(pool, { filter: { action: 'sleep' }, requestedBy: 'tester', limit: 100 });
    jobrunner.wakeDispatcher.send();
    await eventually('nothing to run', async () => (await countInFlight(pool)).length === 0);
    const startLong = async () => {
      const jobId = await jobrunner.submit('sleep', { parameters: { seconds: '600' } });
      await jobrunner.waitFor(jobId, ({ status }) => status === 'running');
      return jobId;
    };
    const limits = [
      [{ maxRunning: 1 }, '1 jobs of the action sleep run already, which is its limit'],
      [{ maxRunning: null, ratePerMinute: 1 }, 'the action sleep is held to 1 starts per minute'],
    ] as const;
    for (const [limit, reason] of limits) {
      await changeActionQueue(pool, 'sleep', limit, 'tester');
      // By the API: it has the only place.
      const other = 'maxRunning' in limit && limit.maxRunning === 1 ? await startLong() : undefined;
      await pool.query('UPDATE jobs.action_queues SET tokens = 0, tokens_at = now()');
      await save({ name, schedule: '* * * * * *' });
      const waiting = await eventually('a run to wait', async () => {
        const job = await newest();
        return job?.parkedAt ? job : undefined;
      });
      assert.deepEqual([waiting.status, await findWaitingReason(pool, waiting)], ['waiting', reason]);
      const { missedOverlap } = await cronIs('missed', name, (row) => row.missedOverlap >= 2);
      assert.ok(missedOverlap >= 2, String(missedOverlap));
      assert.equal((await newest())?.id, waiting.id, 'no other is made while it waits');
      await changeActionQueue(pool, 'sleep', { maxRunning: null, ratePerMinute: null }, 'tester');
      jobrunner.wakeDispatcher.send();
      assert.equal((await jobrunner.ended(waiting.id)).status, 'done');
      await deleteCron(pool, name);
      wake.send();
      await eventually('the schedule to go', async () => !(await isThere(name)));
      if (other) await cancelJob(pool, other, 'tester');
    }
  });

  await t.test('a cron that cannot be read says so, and holds up no other', async () => {
    await pool.query(
      `UPDATE jobs.crons SET time_zone = 'Europe/Atlantis', revision = revision + 1 WHERE name = 'kept'`,
    );
    wake.send();
    const { problem } = await cronIs('refused', 'kept', (row) => row.problem !== '');
    assert.match(problem, /Atlantis/);
    await save({ name: 'zzz' });
    await cronIs('applied', 'zzz', isApplied);
    await save({ name: 'kept' });
    await cronIs('well again', 'kept', (row) => isApplied(row) && row.problem === '');
  });

  await t.test('crons that actions begin with are made once, unless another action does their work', async () => {
    const [usual] = actions.filter(({ name }) => name === 'upload_purge');
    assert.ok(usual);
    const purge = { ...usual, defaultCron: '@hourly' };
    const part = { ...purge, name: 'part', partOf: 'whole' };
    const none = { ...purge, name: 'none', defaultCron: undefined };
    assert.deepEqual(await makeDefaultCrons(pool, [purge, part, none]), ['upload_purge', 'part']);
    assert.equal((await findCron(pool, 'upload_purge'))?.schedule, '@hourly');
    await deleteCron(pool, 'upload_purge');
    assert.deepEqual(await makeDefaultCrons(pool, [purge, part, none]), []);
    assert.equal(await findCron(pool, 'upload_purge'), undefined);
    const other = { ...part, name: 'other' };
    assert.deepEqual(await makeDefaultCrons(pool, [other, { ...purge, name: 'whole' }]), ['whole']);
    // One that somebody has made is left alone.
    await saveCron(pool, { ...sleepCron, name: 'third', action: 'third', schedule: '@yearly' });
    assert.deepEqual(await makeDefaultCrons(pool, [{ ...purge, name: 'third' }]), []);
    assert.equal((await findCron(pool, 'third'))?.schedule, '@yearly');
  });
});
