import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actions } from '../../../jobs/actions/catalogue.ts';
import { addJob, admitJob } from '../../jobs/test-jobs.ts';
import { registerWorker } from '../../../jobs/queue/worker-records.ts';
import { startApi } from '../test-api.ts';

interface QueueView {
  readonly action: string;
  readonly paused: boolean;
  readonly pausedAt: string | null;
  readonly [field: string]: unknown;
}

test('every action has a queue, with how many jobs wait and run', async (t) => {
  const api = await startApi(t);
  for (const id of ['w1', 'w2']) {
    await registerWorker(api.pool, { id, deployment: 'default', version: '1', roles: ['worker'] });
  }
  for (let count = 0; count < 3; count++) await addJob(api.pool);
  await admitJob(api.pool, await addJob(api.pool));
  const { queues } = (await api.send('GET', '/api/v0/queues')).json as { queues: QueueView[] };
  assert.deepEqual(
    queues.map(({ action }) => action),
    actions.map(({ name }) => name).toSorted(),
  );
  assert.deepEqual(
    queues.find(({ action }) => action === 'sleep'),
    {
      action: 'sleep',
      paused: false,
      note: '',
      pausedBy: '',
      pausedAt: null,
      maxRunning: null,
      mayRun: 40,
      ratePerMinute: null,
      waiting: 3,
      running: 1,
    },
  );
});

test('a queue is paused with a note and who did it, limited, and let go again; the dispatcher hears of each', async (t) => {
  const api = await startApi(t);
  const patch = async (body: object) => (await api.send('PATCH', '/api/v0/queues/sleep', { body })).json as QueueView;
  const paused = await patch({ paused: true, note: 'maintenance' });
  assert.deepEqual([paused.paused, paused['note'], paused['pausedBy']], [true, 'maintenance', 'admin']);
  assert.ok(Date.parse(paused.pausedAt ?? '') <= Date.now() + 1_000);
  const limited = await patch({ maxRunning: 3, ratePerMinute: 120 });
  assert.deepEqual(
    [limited.paused, limited.pausedAt, limited['maxRunning'], limited['mayRun'], limited['ratePerMinute']],
    [true, paused.pausedAt, 3, 3, 120],
  );
  const free = await patch({ paused: false, maxRunning: null });
  assert.deepEqual(
    [free.paused, free['note'], free['pausedBy'], free.pausedAt, free['mayRun'], free['ratePerMinute']],
    [false, '', '', null, 20, 120],
  );
  // A pause is a pause of its crons as well.
  assert.deepEqual(api.wakeUps, ['dispatcher', 'schedules', 'dispatcher', 'dispatcher', 'schedules']);
});

test('a change that makes no sense is refused', async (t) => {
  const api = await startApi(t);
  const outcome = async (body: unknown, action = 'sleep') =>
    (await api.send('PATCH', `/api/v0/queues/${action}`, { body })).outcome;
  for (const body of [
    { maxRunning: 0 },
    { ratePerMinute: -1 },
    { maxRunning: 1.5 },
    { paused: 'yes' },
    { pause: true },
  ]) {
    assert.equal(await outcome(body), '400 INVALID_JSON', JSON.stringify(body));
  }
  assert.equal(await outcome({ paused: true }, 'none'), '400 NO_SUCH_ACTION');
  assert.equal(await outcome({ note: 'nul \u0000' }), '400 INVALID_PARAMETERS');
});

test('a job that waits says why', async (t) => {
  const api = await startApi(t);
  await api.send('PATCH', '/api/v0/queues/sleep', { body: { paused: true } });
  const { json } = await api.send('POST', '/api/v0/jobs', { body: { action: 'sleep' } });
  const { id } = json as { id: string };
  const shown = await api.send('GET', `/api/v0/jobs/${encodeURIComponent(id)}`);
  assert.equal((shown.json as { waitingReason: string }).waitingReason, 'the action sleep is paused');
});
