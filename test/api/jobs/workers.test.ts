import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registerWorker, sendHeartbeat } from '../../../jobs/queue/worker-records.ts';
import { startApi } from '../test-api.ts';

interface WorkerView {
  readonly id: string;
  readonly status: string;
  readonly deployment: string;
  readonly capacityMap: object;
  readonly heartbeatExpiration: string;
  readonly slots: object[];
}

test('workers are listed as MSR does, with deployment and slots besides', async (t) => {
  const api = await startApi(t);
  assert.deepEqual((await api.send('GET', '/api/v0/workers')).json, { workers: [] });
  for (const id of ['w1', 'w2']) {
    await registerWorker(api.pool, { id, deployment: 'default', version: '1.2.3', roles: ['api', 'worker'] });
  }
  await sendHeartbeat(api.pool, 'w1', [{ taskQueue: 'q', kind: 'activity', used: 1, total: 4 }]);
  await api.pool.query(
    `UPDATE jobs.workers SET heartbeat_expiration = now() - interval '1 s', started_at = now() + interval '1 s'
     WHERE id = 'w2'`,
  );
  const { workers } = (await api.send('GET', '/api/v0/workers')).json as { workers: WorkerView[] };
  assert.deepEqual(
    workers.map(({ id, status, deployment, capacityMap }) => [id, status, deployment, capacityMap]),
    [
      ['w1', 'running', 'default', { scan: 1, scanCheck: 1 }],
      ['w2', 'dead', 'default', { scan: 1, scanCheck: 1 }],
    ],
  );
  assert.deepEqual(workers[0]?.slots, [{ taskQueue: 'q', kind: 'activity', used: 1, free: 3, total: 4 }]);
  assert.ok(Date.parse(workers[0]?.heartbeatExpiration ?? '') > Date.now());
});

test('a capacity is that of all workers of a deployment, whichever way it is set', async (t) => {
  const api = await startApi(t);
  for (const id of ['w1', 'w2']) {
    await registerWorker(api.pool, { id, deployment: 'scanners', version: '1', roles: ['worker'] });
  }
  const capacities = async () =>
    ((await api.send('GET', '/api/v0/workers')).json as { workers: WorkerView[] }).workers.map((w) => w.capacityMap);
  const set = await api.send('POST', '/api/v0/workers/w1/capacity', {
    body: { capacityMap: { scan: 2, scanCheck: 2 } },
  });
  assert.equal(set.status, 202);
  assert.deepEqual(set.json, { name: 'scanners', capacityMap: { scan: 2, scanCheck: 2 }, workers: 2 });
  assert.deepEqual(await capacities(), [
    { scan: 2, scanCheck: 2 },
    { scan: 2, scanCheck: 2 },
  ]);
  assert.deepEqual(api.wakeUps, ['dispatcher'], 'what waits may fit now');
  const put = await api.send('PUT', '/api/v0/deployments/scanners/capacity', { body: { capacityMap: { scan: 7 } } });
  assert.equal(put.status, 200);
  assert.deepEqual(await capacities(), [{ scan: 7 }, { scan: 7 }]);

  const early = await api.send('PUT', '/api/v0/deployments/later/capacity', { body: { capacityMap: {} } });
  assert.deepEqual(early.json, { name: 'later', capacityMap: {}, workers: 0 });
  await registerWorker(api.pool, { id: 'w3', deployment: 'later', version: '1', roles: ['worker'] });
  assert.deepEqual((await api.send('GET', '/api/v0/deployments')).json, {
    deployments: [
      { name: 'later', capacityMap: {}, workers: 1 },
      { name: 'scanners', capacityMap: { scan: 7 }, workers: 2 },
    ],
  });
});

test('a capacity that makes no sense is refused, with what is wrong', async (t) => {
  const api = await startApi(t);
  await registerWorker(api.pool, { id: 'w1', deployment: 'default', version: '1', roles: ['worker'] });
  const many = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`key${index}`, 1]));
  const post = (body: unknown, id = 'w1') => api.send('POST', `/api/v0/workers/${id}/capacity`, { body });
  for (const capacityMap of [{ scan: -1 }, { scan: 1.5 }, { scan: 'x' }, { 'a b': 1 }, many, null, [1]]) {
    const { outcome, message } = await post({ capacityMap });
    assert.equal(outcome, '400 INVALID_JSON', JSON.stringify(capacityMap));
    assert.match(message, /capacityMap/);
  }
  assert.equal((await post({})).outcome, '400 INVALID_JSON');
  assert.equal((await post({ capacityMap: {}, more: 1 })).outcome, '400 INVALID_JSON');
  assert.equal((await post({ capacityMap: {} }, 'none')).outcome, '404 NO_SUCH_WORKER');
  const name = encodeURIComponent('a b');
  const put = await api.send('PUT', `/api/v0/deployments/${name}/capacity`, { body: { capacityMap: {} } });
  assert.equal(put.outcome, '400 INVALID_PARAMETERS');
});
