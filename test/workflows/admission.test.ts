import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { changeActionQueue } from '../../jobs/queue/action-queues.ts';
import { setCapacity } from '../../jobs/queue/deployments.ts';
import { enqueueJobs } from '../../jobs/records/enqueue.ts';
import { cancelJob } from '../../jobs/records/commands.ts';
import { countInFlight, listJobs } from '../../jobs/records/queries.ts';
import { findWaitingReason } from '../../jobs/queue/waiting-reason.ts';
import { temporalDeploymentName } from '../../workers/workers.ts';
import { taskQueues } from '../../jobs/task-queues.ts';
import { eventually } from '../e2e/eventually.ts';
import { newJob } from '../jobs/test-jobs.ts';
import { pushEvent, startReceiver } from './push-event.ts';
import { scheduledInput } from './scheduled-input.ts';
import { startTestJobrunner, testVersion } from './test-jobrunner.ts';

test('jobs wait in PostgreSQL until there is room', async (t) => {
  const jobrunner = await startTestJobrunner(t, { isCaching: true });
  const { pool } = jobrunner;
  const receiver = await startReceiver(t);

  await t.test('who needs capacity starts as it becomes free, one after the other', async () => {
    await setCapacity(pool, 'default', { scan: 1 });
    const fields = { parameters: { seconds: '1' }, capacityMap: { scan: 1 } };
    const ids = await Promise.all([1, 2, 3].map(() => jobrunner.submit('sleep', fields)));
    const jobs = await Promise.all(ids.map((id) => jobrunner.ended(id)));
    const byStart = jobs.toSorted((a, b) => Number(a.startedAt) - Number(b.startedAt));
    for (const [index, job] of byStart.entries()) {
      assert.equal(job.status, 'done');
      const next = byStart[index + 1];
      if (next) assert.ok(Number(next.startedAt) >= Number(job.endedAt), 'two were running at once');
    }
  });

  await t.test('a pause holds back new jobs and no running one, until it ends', async () => {
    const running = await jobrunner.submit('sleep', { parameters: { seconds: '2' } });
    await jobrunner.waitFor(running, (job) => job.status === 'running');
    await changeActionQueue(pool, 'sleep', { paused: true }, 'tester');
    const held = await jobrunner.submit('sleep', { parameters: { seconds: '0' } });
    assert.equal((await jobrunner.ended(running)).status, 'done');
    await delay(1_500);
    assert.equal((await jobrunner.waitFor(held, () => true)).status, 'waiting');
    await changeActionQueue(pool, 'sleep', { paused: false }, 'tester');
    jobrunner.wakeDispatcher.send();
    assert.equal((await jobrunner.ended(held)).status, 'done');
  });

  await t.test('a run that a schedule has started waits for its place as well, and says why', async () => {
    const startByCron = (name: string) =>
      jobrunner.temporal.workflow.start('sleep', {
        workflowId: `sleep:${name}`,
        taskQueue: taskQueues.control,
        args: [{ ...scheduledInput('sleep'), parameters: { seconds: '2' }, capacityMap: { scan: 1 } }],
      });
    const first = await startByCron('first');
    await jobrunner.waitFor(first.workflowId, (job) => job.status === 'running');
    const second = await startByCron('second');
    const waiting = await jobrunner.waitFor(second.workflowId, (job) => job.parkedAt !== null);
    assert.deepEqual([waiting.status, waiting.startedAt, waiting.trigger], ['waiting', null, 'schedule']);
    assert.equal(await findWaitingReason(pool, waiting), 'it needs 1 of the capacity "scan", of which 0 of 1 are free');
    const ended = await Promise.all([first, second].map(({ workflowId }) => jobrunner.ended(workflowId)));
    const [one, two] = ended;
    assert.deepEqual(
      ended.map(({ status }) => status),
      ['done', 'done'],
    );
    assert.ok(Number(two?.startedAt) >= Number(one?.endedAt), 'two were running at once');

    await changeActionQueue(pool, 'sleep', { paused: true }, 'tester');
    const held = await startByCron('held');
    const job = await jobrunner.waitFor(held.workflowId, (row) => row.parkedAt !== null);
    assert.equal(await findWaitingReason(pool, job), 'the action sleep is paused');
    await cancelJob(pool, job.id, 'tester');
    jobrunner.wakeDispatcher.send();
    assert.deepEqual(await jobrunner.ended(job.id).then(({ status, startedAt }) => [status, startedAt]), [
      'cancel',
      null,
    ]);
    const later = await startByCron('later');
    await jobrunner.waitFor(later.workflowId, (row) => row.parkedAt !== null);
    await changeActionQueue(pool, 'sleep', { paused: false }, 'tester');
    jobrunner.wakeDispatcher.send();
    assert.equal((await jobrunner.ended(later.workflowId)).status, 'done');
  });

  await t.test(
    'a storm of ten thousand waits in PostgreSQL, and holds up no webhook',
    { timeout: 120_000 },
    async () => {
      await changeActionQueue(pool, 'sleep', { maxRunning: 20 }, 'tester');
      const parameters = { seconds: '3' };
      const storm = Array.from({ length: 10_000 }, () => newJob({ parameters, namespace: 'storm' }));
      for (let start = 0; start < storm.length; start += 1_000) {
        await enqueueJobs(pool, storm.slice(start, start + 1_000));
      }
      jobrunner.wakeDispatcher.send();
      await eventually('the storm to run', async () => {
        const counts = await countInFlight(pool);
        return counts.some(({ action, count }) => action === 'sleep' && count >= 20);
      });
      const first = await jobrunner.submit('sleep', { parameters: { seconds: '0' } });
      for (let count = 0; count < 3; count++) {
        const job = await jobrunner.ended(await pushEvent(jobrunner, receiver.url));
        assert.equal(job.status, 'done');
      }
      const counts = await countInFlight(pool);
      assert.ok(
        counts.every(({ count }) => count <= 20),
        JSON.stringify(counts),
      );
      // Of another namespace: ten thousand are before it, and it is next.
      assert.equal((await jobrunner.ended(first)).status, 'done');
      const waiting = await listJobs(pool, { statuses: ['waiting'] }, { start: 9_000, limit: 1 });
      assert.equal(waiting.length, 1, 'most of the storm still waits');
      await changeActionQueue(pool, 'sleep', { paused: true }, 'tester');
    },
  );
});

test('with versions told apart, a worker works once its version is made the current one', async (t) => {
  const jobrunner = await startTestJobrunner(t, { isVersioned: true });
  const { connection, temporal } = jobrunner;
  const { namespace } = temporal.options;
  const jobId = await jobrunner.submit('sleep', { parameters: { seconds: '0' } });
  await eventually('Temporal to know the version', async () =>
    connection.workflowService
      .setWorkerDeploymentCurrentVersion({
        namespace,
        deploymentName: temporalDeploymentName,
        buildId: testVersion,
        identity: 'test',
      })
      .then(
        () => true,
        () => false,
      ),
  );
  assert.equal((await jobrunner.ended(jobId)).status, 'done');
  const { raw } = await temporal.workflow.getHandle(jobId).describe();
  assert.equal(raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId, testVersion);
});
