import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findJob } from '../../jobs/records/queries.ts';
import { startJob } from '../../jobs/records/records.ts';
import { listWorkers, removeOldWorkers, registerWorker } from '../../jobs/queue/worker-records.ts';
import { createLogger } from '../../log/create-logger.ts';
import { startHeartbeat } from '../../workers/heartbeat.ts';
import { eventually } from '../e2e/eventually.ts';
import { addJob, admitJob, jobInput, messagesOf } from '../jobs/test-jobs.ts';
import { createTestDatabase } from '../support/postgres.ts';
import type pg from 'pg';

const log = createLogger({ level: 'silent' });
const slots = [{ taskQueue: 'q', kind: 'activity', used: 1, total: 4 }] as const;

function start(pool: pg.Pool, id: string, wakeUps: string[] = []) {
  const worker = { id, deployment: 'default', version: '1.2.3', roles: ['worker'] };
  return startHeartbeat({ pool, worker, slots: () => slots, wakeDispatcher: { send: () => wakeUps.push(id) }, log });
}

async function statuses(pool: pg.Pool): Promise<string[]> {
  return (await listWorkers(pool)).map(({ id, status }) => `${id} ${status}`).toSorted();
}

async function runOn(pool: pg.Pool, workerId: string): Promise<string> {
  const jobId = await addJob(pool);
  await admitJob(pool, jobId);
  await startJob(pool, { jobId, runId: 'run', workerId, job: jobInput() });
  return jobId;
}

test('a worker is listed with what it offers and how busy it is, and as stopped once it ends', async (t) => {
  const { pool } = await createTestDatabase(t);
  const wakeUps: string[] = [];
  const heartbeat = await start(pool, 'w1', wakeUps);
  assert.deepEqual(wakeUps, ['w1'], 'there is room for more');
  await eventually('a heartbeat', async () => (await listWorkers(pool))[0]?.slots.length === 1);
  const [worker] = await listWorkers(pool);
  assert.deepEqual(
    [worker?.status, worker?.deployment, worker?.version, worker?.roles, worker?.capacityMap, worker?.slots],
    ['running', 'default', '1.2.3', ['worker'], { scan: 1, scanCheck: 1 }, slots],
  );
  const lifeMs = Number(worker?.heartbeatExpiration) - Number(worker?.heartbeatAt);
  assert.equal(lifeMs, 20_000);

  const jobId = await runOn(pool, 'w1');
  await heartbeat.drain();
  assert.deepEqual(await statuses(pool), ['w1 stopped']);
  await heartbeat.close();
  assert.deepEqual(await statuses(pool), ['w1 stopped']);
  assert.deepEqual(await messagesOf(pool, jobId), ['started', 'worker_shutdown']);
  assert.equal((await findJob(pool, jobId))?.workerId, '');
});

test('a worker that is silent is found dead by another, once; its jobs say so and go on', async (t) => {
  const { pool } = await createTestDatabase(t);
  await registerWorker(pool, { id: 'dead', deployment: 'default', version: '1', roles: ['worker'] });
  const jobId = await runOn(pool, 'dead');
  const other = await runOn(pool, 'w1');
  await pool.query(`UPDATE jobs.workers SET heartbeat_expiration = now() - interval '1 s'`);
  assert.deepEqual(await statuses(pool), ['dead dead'], 'it is shown as what it is before anybody has noted it');
  const heartbeats = await Promise.all([start(pool, 'w1'), start(pool, 'w2')]);
  t.after(() => Promise.all(heartbeats.map((heartbeat) => heartbeat.close())));
  await eventually('the worker to be buried', async () => {
    const { rowCount } = await pool.query(`SELECT FROM jobs.workers WHERE id = 'dead' AND ended_at IS NOT NULL`);
    return rowCount === 1;
  });
  assert.deepEqual(await statuses(pool), ['dead dead', 'w1 running', 'w2 running']);
  assert.deepEqual(await messagesOf(pool, jobId), ['started', 'worker_dead']);
  const job = await findJob(pool, jobId);
  assert.deepEqual([job?.status, job?.workerId], ['running', '']);
  assert.deepEqual(await messagesOf(pool, other), ['started']);
});

test('a worker that was taken for dead, or whose row is gone, is back with its next heartbeat', async (t) => {
  const { pool } = await createTestDatabase(t);
  const heartbeat = await start(pool, 'w1');
  t.after(() => heartbeat.close());
  await eventually('a heartbeat', async () => (await listWorkers(pool))[0]?.slots.length === 1);
  await pool.query(`UPDATE jobs.workers SET status = 'dead', ended_at = now()`);
  await eventually('it to be back', async () => (await statuses(pool)).join() === 'w1 running');
  const { rowCount } = await pool.query('SELECT FROM jobs.workers WHERE ended_at IS NULL');
  assert.equal(rowCount, 1);
  await pool.query('DELETE FROM jobs.workers');
  await eventually('it to be entered again', async () => (await statuses(pool)).join() === 'w1 running');
});

test('workers that ended a day ago are removed, others stay', async (t) => {
  const { pool } = await createTestDatabase(t);
  for (const id of ['old', 'recent', 'alive']) {
    await registerWorker(pool, { id, deployment: 'default', version: '1', roles: [] });
  }
  await pool.query(`UPDATE jobs.workers SET status = 'dead', ended_at = now() - interval '25 hours' WHERE id = 'old'`);
  await pool.query(
    `UPDATE jobs.workers SET status = 'dead', ended_at = now() - interval '23 hours' WHERE id = 'recent'`,
  );
  await removeOldWorkers(pool);
  assert.deepEqual(await statuses(pool), ['alive running', 'recent dead']);
});
