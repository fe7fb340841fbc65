import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { startReconciler } from '../../workers/reconciler.ts';
import { startSchedules } from '../../workers/schedules.ts';
import { cancelJob } from '../../jobs/records/commands.ts';
import { deleteActionConfig, saveActionConfig } from '../../jobs/actions/action-configs.ts';
import { saveCron, deleteCron } from '../../jobs/crons/crons.ts';
import { cronChannel, createWakeUp } from '../../database/wake-up.ts';
import { listJobs } from '../../jobs/records/queries.ts';
import type { JobSpec } from '../../jobs/records/job-spec.ts';
import { publicUrl, startTestJobrunner } from './test-jobrunner.ts';
import { setTimeout as delay } from 'node:timers/promises';
import { sleepCron } from './sleep-cron.ts';

test('rows and schedules follow Temporal', async (t) => {
  const jobrunner = await startTestJobrunner(t);
  const { pool, temporal, wakeDispatcher, listener, log } = jobrunner;
  const reconciler = startReconciler({ pool, temporal, wakeDispatcher, log, checkAfterMs: 300 });
  const schedules = startSchedules({ pool, listener, temporal, publicUrl, log });
  jobrunner.cleanUp.after(async () => {
    await reconciler.close();
    await schedules.close();
  });

  await t.test('a job that was terminated in Temporal ends as canceled', async () => {
    const jobId = await jobrunner.submit('sleep', { parameters: { seconds: '100' } });
    await jobrunner.waitFor(jobId, (job) => job.status === 'running');
    await temporal.workflow.getHandle(jobId).terminate('by an operator');
    const job = await jobrunner.ended(jobId);
    assert.deepEqual([job.status, job.failure], ['cancel', 'the workflow was terminated']);
  });

  const reset = async (jobId: string, pick: (ids: readonly number[]) => number | undefined): Promise<string> => {
    const { events } = await temporal.workflow.getHandle(jobId).fetchHistory();
    const tasks = events?.filter((event) => event.workflowTaskCompletedEventAttributes) ?? [];
    const { runId } = await jobrunner.connection.workflowService.resetWorkflowExecution({
      namespace: temporal.options.namespace,
      workflowExecution: { workflowId: jobId },
      reason: 'tried by a test',
      requestId: randomUUID(),
      workflowTaskFinishEventId: pick(tasks.map(({ eventId }) => Number(eventId))) as never,
    });
    return runId;
  };

  await t.test('a job that is reset to its beginning runs again, and ends again', async () => {
    const jobId = await jobrunner.submit('sleep', { parameters: { seconds: '2' }, deadline: '1h' });
    const before = await jobrunner.ended(jobId);
    const runId = await reset(jobId, (tasks) => tasks[0]);
    const again = await jobrunner.waitFor(jobId, (job) => job.status === 'running');
    assert.deepEqual([again.runId, again.endedAt, again.result], [runId, null, null]);
    assert.ok(Number(again.startedAt) > Number(before.endedAt));
    const after = await jobrunner.ended(jobId);
    assert.deepEqual([after.status, after.result], ['done', { seconds: 2 }]);
    assert.ok(Number(after.endedAt) - Number(before.endedAt) > 1_900, 'it has slept again');
    assert.deepEqual(await jobrunner.messages(jobId), ['started', 'done', 'reset in Temporal', 'done']);
  });

  await t.test('one whose run after the reset is short shows its new end', async () => {
    const jobId = await jobrunner.submit('sleep', { parameters: { seconds: '0' } });
    const before = await jobrunner.ended(jobId);
    const runId = await reset(jobId, (tasks) => tasks.at(-1));
    const after = await jobrunner.waitFor(jobId, (job) => job.runId === runId && job.endedAt !== null);
    assert.equal(after.status, 'done');
    assert.ok(Number(after.endedAt) > Number(before.endedAt));
  });

  await t.test('one that is reset half way is found by the list of what runs', async () => {
    const jobId = await jobrunner.submit('sleep', { parameters: { seconds: '100' } });
    await jobrunner.waitFor(jobId, (job) => job.status === 'running');
    const handle = temporal.workflow.getHandle(jobId);
    await handle.executeUpdate('pause');
    await jobrunner.waitFor(jobId, (job) => job.paused);
    await handle.executeUpdate('resume');
    await jobrunner.waitFor(jobId, (job) => !job.paused);
    await handle.terminate('by an operator');
    assert.equal((await jobrunner.ended(jobId)).status, 'cancel');
    const runId = await reset(jobId, (tasks) => tasks.at(-1));
    const again = await jobrunner.waitFor(jobId, (job) => job.endedAt === null);
    assert.deepEqual([again.status, again.runId, again.failure], ['running', runId, null]);
    await cancelJob(pool, jobId, 'tester');
    wakeDispatcher.send();
    assert.equal((await jobrunner.ended(jobId)).status, 'cancel');
    assert.deepEqual((await jobrunner.messages(jobId)).slice(-3), [
      'reset in Temporal',
      'cancel requested',
      'canceled',
    ]);
  });

  await t.test('a running job whose workflow is gone ends as an error', async () => {
    const jobId = await jobrunner.submit('sleep', { parameters: { seconds: '100' } });
    await jobrunner.waitFor(jobId, (job) => job.status === 'running');
    await jobrunner.connection.workflowService.deleteWorkflowExecution({
      namespace: temporal.options.namespace,
      workflowExecution: { workflowId: jobId },
    });
    const job = await jobrunner.ended(jobId);
    assert.deepEqual([job.status, job.failure], ['error', 'Temporal no longer has the workflow of this job']);
  });

  await t.test('one that was to be cancelled is cancelled', async () => {
    const jobId = await jobrunner.submit('sleep', { parameters: { seconds: '100' } });
    await jobrunner.waitFor(jobId, (job) => job.status === 'running');
    await pool.query(`UPDATE jobs.jobs SET status = 'cancel_request' WHERE id = $1`, [jobId]);
    await jobrunner.connection.workflowService.deleteWorkflowExecution({
      namespace: temporal.options.namespace,
      workflowExecution: { workflowId: jobId },
    });
    const job = await jobrunner.ended(jobId);
    assert.deepEqual([job.status, job.failure], ['cancel', 'Temporal no longer has the workflow of this job']);
  });

  await t.test('a waiting job that Temporal has lost is started again', async () => {
    const jobId = 'sleep:lost';
    await pool.query(
      `INSERT INTO jobs.jobs (id, action, status, parameters, capacity_map, retry_from_id, retries_left, retries_total,
         deadline, stop_timeout, trigger, requested_by, scheduled_at, admitted_at, checked_at)
       VALUES ($1, 'sleep', 'waiting', '{"seconds":"0"}', '{}', $1, 0, 0, '', '', 'api', 'tester', now(), now(), '-infinity')`,
      [jobId],
    );
    assert.equal((await jobrunner.ended(jobId)).status, 'done');
  });

  await t.test('a job that is running is left alone', async () => {
    const jobId = await jobrunner.submit('sleep', { parameters: { seconds: '2' } });
    assert.equal((await jobrunner.ended(jobId)).status, 'done');
  });

  await t.test('a cron becomes a schedule, follows its changes, and goes', async () => {
    const cron = { ...sleepCron, schedule: '* * * * * *' };
    const wakeSchedules = createWakeUp(pool, cronChannel, (error) => assert.fail(error));
    await saveCron(pool, cron);
    wakeSchedules.send();
    const scheduled = async () =>
      (await listJobs(pool, { action: 'sleep' }, { start: 0, limit: 100 })).filter((job) => job.trigger === 'schedule');
    for (let tries = 0; (await scheduled()).length < 2 && tries < 100; tries++) await delay(100);
    const jobs = await scheduled();
    assert.ok(jobs.length >= 2, `only ${jobs.length} scheduled jobs after 10 s`);
    assert.match(jobs[0]?.id ?? '', /^sleep-\d{4}-\d{2}-\d{2}T/);

    const handle = temporal.schedule.getHandle('cron:sleep');
    await handle.pause('paused by an operator');
    await saveCron(pool, { ...cron, schedule: '0 0 3 * * MON,FRI' });
    wakeSchedules.send();
    const updated = async () => (await handle.describe()).spec.calendars?.[0]?.hour?.[0]?.start === 3;
    for (let tries = 0; !(await updated()) && tries < 100; tries++) await delay(100);
    const { spec, state, policies } = await handle.describe();
    assert.deepEqual(
      spec.calendars?.[0]?.dayOfWeek?.map(({ start }) => start),
      ['MONDAY', 'FRIDAY'],
    );
    assert.deepEqual([state.paused, state.note], [true, 'paused by an operator']);
    assert.equal(policies.overlap, 'SKIP');

    const isGiven = async (seconds: string | undefined) => {
      const { action } = await handle.describe();
      return (action.args?.[0] as JobSpec | undefined)?.parameters['seconds'] === seconds;
    };
    await saveCron(pool, { ...cron, schedule: '0 0 3 * * MON,FRI', parameters: {} });
    await saveActionConfig(pool, { action: 'sleep', parameters: { seconds: '7' }, requestedBy: 'tester' });
    wakeSchedules.send();
    for (let tries = 0; !(await isGiven('7')) && tries < 100; tries++) await delay(100);
    assert.ok(await isGiven('7'), 'the config of the action lies under the parameters of its cron');
    await deleteActionConfig(pool, 'sleep');
    wakeSchedules.send();
    for (let tries = 0; !(await isGiven(undefined)) && tries < 100; tries++) await delay(100);
    assert.ok(await isGiven(undefined), 'and no longer once it is deleted');

    assert.equal(await deleteCron(pool, 'sleep'), true);
    wakeSchedules.send();
    const isThere = async () =>
      handle.describe().then(
        () => true,
        () => false,
      );
    for (let tries = 0; (await isThere()) && tries < 100; tries++) await delay(100);
    assert.equal(await isThere(), false);
  });
});
