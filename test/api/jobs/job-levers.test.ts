import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordPause } from '../../../jobs/records/pause.ts';
import { endJob } from '../../../jobs/records/end-job.ts';
import { setJobProgress } from '../../../jobs/records/progress.ts';
import { startJob } from '../../../jobs/records/records.ts';
import { acceptStart, addJob, jobInput, messagesOf, outboxOf } from '../../jobs/test-jobs.ts';
import { assertMsrShape } from '../msr-definitions.ts';
import { startApi, type TestApi } from '../test-api.ts';

const jobsPath = '/api/v0/jobs';

function pathOf(jobId: string, rest = ''): string {
  return `${jobsPath}/${encodeURIComponent(jobId)}${rest}`;
}

async function runningJob({ pool }: TestApi): Promise<string> {
  const jobId = await addJob(pool);
  await acceptStart(pool, jobId);
  await startJob(pool, { jobId, runId: 'run', workerId: 'w1', job: jobInput() });
  return jobId;
}

test('a running job is paused and let go on; the view says so at once, and once it waits', async (t) => {
  const api = await startApi(t);
  const jobId = await runningJob(api);
  const paused = await api.send('POST', pathOf(jobId, '/pause'), { body: { note: 'backup' } });
  assert.deepEqual([paused.status, paused.text], [204, '']);
  assert.deepEqual(await outboxOf(api.pool, jobId), [{ command: 'pause', dueInSeconds: 0 }]);
  assert.deepEqual(api.wakeUps, ['dispatcher']);
  const stateOf = async () => {
    const { status, pausing, paused } = (await api.send('GET', pathOf(jobId))).json as Record<string, unknown>;
    return { status, pausing, paused };
  };
  assert.deepEqual(await stateOf(), { status: 'running', pausing: true, paused: false });
  await recordPause(api.pool, { jobId, isPaused: true, by: 'admin', note: 'backup' });
  assert.deepEqual(await stateOf(), { status: 'running', pausing: false, paused: true });
  // Without a body, as curl -X POST sends it, and with the type of one.
  assert.equal((await api.send('POST', pathOf(jobId, '/resume'))).status, 204);
  const headers = { 'content-type': 'application/json' };
  assert.equal((await api.send('POST', pathOf(jobId, '/pause'), { headers })).status, 204);
  assert.deepEqual(await stateOf(), { status: 'running', pausing: false, paused: true }, 'it waits already');
  await recordPause(api.pool, { jobId, isPaused: false, by: 'admin', note: '' });
  assert.deepEqual(await stateOf(), { status: 'running', pausing: false, paused: false });
  assert.deepEqual(await messagesOf(api.pool, jobId), [
    'started',
    'pause requested',
    'paused',
    'resume requested',
    'pause requested',
    'resumed',
  ]);
});

test('what cannot be paused is refused, with the reason', async (t) => {
  const api = await startApi(t);
  const waiting = await addJob(api.pool);
  const webhook = await addJob(api.pool, { action: 'webhook' });
  for (const verb of ['/pause', '/resume']) {
    const refused = await api.send('POST', pathOf(waiting, verb));
    assert.equal(refused.outcome, '409 JOB_NOT_RUNNING');
    assert.match(refused.message, /is waiting: only one that runs can/);
    assert.equal((await api.send('POST', pathOf(webhook, verb))).outcome, '409 JOB_NOT_PAUSABLE');
    assert.equal((await api.send('POST', pathOf('none', verb))).outcome, '404 NO_SUCH_JOB');
    for (const body of [{ note: 7 }, { note: 'x'.repeat(501) }, { why: 'x' }, 'now', []]) {
      assert.equal((await api.send('POST', pathOf(waiting, verb), { body })).outcome, '400 INVALID_JSON');
    }
  }
  assert.deepEqual(api.wakeUps, []);
});

test('the priority of a waiting job is changed, of no other', async (t) => {
  const api = await startApi(t);
  const waiting = await addJob(api.pool);
  const changed = await api.send('PATCH', pathOf(waiting), { body: { priority: 1 } });
  assert.deepEqual([changed.status, (changed.json as { priority: number }).priority], [200, 1], changed.text);
  assertMsrShape('tmpresponses.Job', changed.json);
  for (const body of [{}, { priority: 0 }, { priority: 6 }, { priority: '1' }, { priority: 1, state: 'done' }]) {
    assert.equal((await api.send('PATCH', pathOf(waiting), { body })).outcome, '400 INVALID_JSON');
  }
  const running = await runningJob(api);
  const refused = await api.send('PATCH', pathOf(running), { body: { priority: 1 } });
  assert.equal(refused.outcome, '409 JOB_NOT_WAITING');
  assert.equal((await api.send('PATCH', pathOf('none'), { body: { priority: 1 } })).outcome, '404 NO_SUCH_JOB');
});

test('a job that has ended is run again as a new one, which names it', async (t) => {
  const api = await startApi(t);
  const jobId = await addJob(api.pool, { parameters: { seconds: '7' }, retriesTotal: 2 });
  assert.equal((await api.send('POST', pathOf(jobId, '/rerun'))).outcome, '409 JOB_NOT_ENDED');
  await endJob(api.pool, { jobId, status: 'error', failure: 'no' });
  const response = await api.send('POST', pathOf(jobId, '/rerun'));
  assert.equal(response.status, 202, response.text);
  assertMsrShape('tmpresponses.Job', response.json);
  const job = response.json as Record<string, unknown>;
  assert.deepEqual(
    [job['retryFromID'], job['parameters'], job['retriesLeft'], job['status'], job['failure'], job['requestedBy']],
    [jobId, { seconds: '7' }, 2, 'waiting', null, 'admin'],
  );
  const found = await api.send('GET', String(response.headers.location));
  assert.deepEqual(found.json, { ...job, waitingReason: 'no worker lives: it starts once one does' });
  assert.deepEqual(api.wakeUps, ['dispatcher']);
  assert.equal((await api.send('POST', pathOf('none', '/rerun'))).outcome, '404 NO_SUCH_JOB');
});

test('jobs are cancelled by filter, after a look at how many', async (t) => {
  const api = await startApi(t);
  for (let index = 0; index < 3; index++) await addJob(api.pool, { namespace: 'acme' });
  const running = await runningJob(api);
  const cancel = async (body: object) => (await api.send('POST', `${jobsPath}/cancel`, { body })).json;
  assert.deepEqual(await cancel({ namespace: 'acme', dryRun: true }), { count: 3, hasMore: false, dryRun: true });
  assert.deepEqual(await cancel({ namespace: 'acme', dryRun: true, limit: 2 }), {
    count: 2,
    hasMore: true,
    dryRun: true,
  });
  assert.deepEqual(await cancel({ namespace: 'acme', limit: 2 }), { count: 2, hasMore: true, dryRun: false });
  assert.deepEqual(api.wakeUps, []);
  assert.deepEqual(await cancel({ status: 'waiting,running', action: 'sleep' }), {
    count: 2,
    hasMore: false,
    dryRun: false,
  });
  assert.deepEqual(api.wakeUps, ['dispatcher']);
  assert.equal(((await api.send('GET', pathOf(running))).json as { status: string }).status, 'cancel_request');
});

test('a bulk cancel that names no filter, or a wrong one, cancels nothing', async (t) => {
  const api = await startApi(t);
  const jobId = await addJob(api.pool);
  const cases: readonly (readonly [unknown, string])[] = [
    [{}, '400 INVALID_PARAMETERS'],
    [{ action: 'any', status: 'any' }, '400 INVALID_PARAMETERS'],
    [{ dryRun: true }, '400 INVALID_PARAMETERS'],
    [{ action: 'no-such' }, '400 NO_SUCH_ACTION'],
    [{ status: 'finished' }, '400 INVALID_PARAMETERS'],
    [{ namespace: '' }, '400 INVALID_JSON'],
    [{ trigger: 'person' }, '400 INVALID_JSON'],
    [{ action: 'sleep', limit: 10_001 }, '400 INVALID_JSON'],
    [{ action: 'sleep', dry_run: true }, '400 INVALID_JSON'],
    [undefined, '400 INVALID_JSON'],
  ];
  for (const [body, outcome] of cases) {
    assert.equal((await api.send('POST', `${jobsPath}/cancel`, { body })).outcome, outcome, JSON.stringify(body));
  }
  assert.equal(((await api.send('GET', pathOf(jobId))).json as { status: string }).status, 'waiting');
});

test('progress is shown while the job runs', async (t) => {
  const api = await startApi(t);
  const jobId = await runningJob(api);
  const progress = async () => ((await api.send('GET', pathOf(jobId))).json as { progress: unknown }).progress;
  assert.equal(await progress(), null);
  await setJobProgress(api.pool, jobId, { phase: 'deleting', itemsDone: 5, itemsTotal: 9, sizeBytes: 70 });
  const shown = (await progress()) as { updatedAt: string };
  assert.ok(Math.abs(Date.parse(shown.updatedAt) - Date.now()) < 60_000);
  assert.deepEqual(shown, {
    phase: 'deleting',
    done: 5,
    total: 9,
    bytes: 70,
    rate: null,
    secondsLeft: null,
    updatedAt: shown.updatedAt,
  });
});
