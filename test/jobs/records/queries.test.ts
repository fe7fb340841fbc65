import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type pg from 'pg';
import { countInFlight, listJobs, type JobFilter, type JobPage } from '../../../jobs/records/queries.ts';
import type { JobStatus } from '../../../jobs/records/status.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { addJob } from '../test-jobs.ts';

async function add(pool: pg.Pool, id: string, action: string, status: JobStatus, workerId: string, minute: number) {
  await addJob(pool, { id, action, scheduledAt: new Date(Date.UTC(2026, 0, 1, 0, minute)) });
  await pool.query('UPDATE jobs.jobs SET status = $2, worker_id = $3 WHERE id = $1', [id, status, workerId]);
}

/** Jobs a to g, scheduled in this order; e and f at the same time. */
async function database(t: TestContext): Promise<pg.Pool> {
  const { pool } = await createTestDatabase(t);
  await add(pool, 'a', 'sleep', 'done', 'w1', 1);
  await add(pool, 'b', 'sleep', 'running', 'w1', 2);
  await add(pool, 'c', 'false', 'error', 'w2', 3);
  await add(pool, 'd', 'false', 'deleted', 'w2', 4);
  await add(pool, 'e', 'sleep', 'cancel', '', 5);
  await add(pool, 'f', 'webhook', 'waiting', '', 5);
  await add(pool, 'g', 'webhook', 'running', 'w2', 6);
  return pool;
}

async function ids(pool: pg.Pool, filter: JobFilter, page: JobPage = { start: 0, limit: 100 }): Promise<string> {
  return (await listJobs(pool, filter, page)).map(({ id }) => id).join('');
}

test('jobs are listed the most recently scheduled first, without deleted ones', async (t) => {
  assert.equal(await ids(await database(t), {}), 'gfecba');
});

test('every filter, alone and together', async (t) => {
  const pool = await database(t);
  assert.equal(await ids(pool, { action: 'sleep' }), 'eba');
  assert.equal(await ids(pool, { workerId: 'w2' }), 'gc');
  assert.equal(await ids(pool, { workerId: '' }), 'fe', 'those that no worker has');
  assert.equal(await ids(pool, { isRunning: true }), 'gb');
  assert.equal(await ids(pool, { isRunning: false }), 'feca');
  assert.equal(await ids(pool, { statuses: ['done', 'cancel', 'error'] }), 'eca');
  assert.equal(await ids(pool, { statuses: [] }), '');
  assert.equal(await ids(pool, { statuses: ['deleted'] }), '');
  assert.equal(await ids(pool, { action: 'sleep', workerId: 'w1', isRunning: true, statuses: ['running'] }), 'b');
  assert.equal(await ids(pool, { action: `sleep' OR true --` }), '');
});

test('pages do not overlap and leave nothing out', async (t) => {
  const pool = await database(t);
  const pages = [];
  for (let start = 0; start < 8; start += 2) pages.push(await ids(pool, {}, { start, limit: 2 }));
  assert.deepEqual(pages, ['gf', 'ec', 'ba', '']);
  assert.equal(await ids(pool, { isRunning: false }, { start: 1, limit: 2 }), 'ec');
});

test('jobs are picked by whom and what they are about, and who or what made them', async (t) => {
  const { pool } = await createTestDatabase(t);
  const acme = { namespace: 'acme', repository: 'acme/app', trigger: 'event' } as const;
  await addJob(pool, { id: 'a', ...acme, requestedBy: 'ada', scheduledAt: new Date(1) });
  await addJob(pool, { id: 'b', ...acme, repository: 'acme/other', scheduledAt: new Date(2) });
  await addJob(pool, { id: 'c', requestedBy: 'ada', scheduledAt: new Date(3) });
  assert.equal(await ids(pool, { namespace: 'acme' }), 'ba');
  assert.equal(await ids(pool, { repository: 'acme/app' }), 'a');
  assert.equal(await ids(pool, { requestedBy: 'ada' }), 'ca');
  assert.equal(await ids(pool, { trigger: 'event' }), 'ba');
  assert.equal(await ids(pool, { trigger: 'event', requestedBy: 'ada', namespace: 'acme' }), 'a');
  assert.equal(await ids(pool, { namespace: 'acm%' }), '');
});

test('a page after a job goes on where that one stood, also among jobs of the same time', async (t) => {
  const pool = await database(t);
  const pages = [];
  for (let after: string | undefined = 'g'; after; after = pages.at(-1)?.at(-1)) {
    pages.push(await ids(pool, {}, { start: 0, limit: 2, after }));
  }
  assert.deepEqual(pages, ['fe', 'cb', 'a', '']);
  assert.equal(await ids(pool, {}, { start: 1, limit: 2, after: 'g' }), 'ec');
  assert.equal(await ids(pool, { action: 'sleep' }, { start: 0, limit: 2, after: 'f' }), 'eb');
});

test('counts are of the jobs that Temporal has', async (t) => {
  const pool = await database(t);
  await pool.query(`UPDATE jobs.jobs SET admitted_at = now()`);
  await pool.query(`UPDATE jobs.jobs SET ended_at = now() WHERE status IN ('done', 'error', 'cancel')`);
  await addJob(pool);
  const counts = await countInFlight(pool);
  assert.deepEqual(counts.map(({ action, status, count }) => `${action} ${status} ${count}`).sort(), [
    'sleep running 1',
    'webhook running 1',
    'webhook waiting 1',
  ]);
});
