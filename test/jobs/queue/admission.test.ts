import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { changeActionQueue } from '../../../jobs/queue/action-queues.ts';
import { createAdmissions, findOutboxWork } from '../../../jobs/queue/admission.ts';
import { cancelJob } from '../../../jobs/records/commands.ts';
import { setCapacity } from '../../../jobs/queue/deployments.ts';
import { enqueueJobs } from '../../../jobs/records/enqueue.ts';
import { countBacklog } from '../../../jobs/queue/lanes.ts';
import { findJob } from '../../../jobs/records/queries.ts';
import { endJob } from '../../../jobs/records/end-job.ts';
import { startJob } from '../../../jobs/records/records.ts';
import { findWaitingReason } from '../../../jobs/queue/waiting-reason.ts';
import { registerWorker } from '../../../jobs/queue/worker-records.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { acceptStart, addJob, jobInput, newJob, rowOf } from '../test-jobs.ts';

async function addJobs(pool: pg.Pool, namespace: string, count: number, fields: object = {}): Promise<void> {
  await enqueueJobs(
    pool,
    Array.from({ length: count }, (_, index) =>
      newJob({ id: `${namespace || 'none'}-${String(index).padStart(6, '0')}`, namespace, ...fields }),
    ),
  );
}

/** The ids of what was admitted and not yet accepted, in the order in which it is sent to Temporal. */
async function admitted(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT job_id AS id FROM jobs.outbox WHERE state = 'order' ORDER BY priority, due_at, id`,
  );
  return rows.map(({ id }) => id);
}

async function admitAll(pool: pg.Pool): Promise<void> {
  const { admit } = createAdmissions(pool);
  while (await admit());
}

async function addWorker(pool: pg.Pool, id: string, scan: number): Promise<void> {
  await registerWorker(pool, { id, deployment: id, version: '1', roles: ['worker'] });
  await setCapacity(pool, id, { scan });
}

async function reasonOf(pool: pg.Pool, jobId: string): Promise<string | undefined> {
  const job = await findJob(pool, jobId);
  return job && findWaitingReason(pool, job);
}

test('a due job is admitted, one for later once its time has come', async (t) => {
  const { pool } = await createTestDatabase(t);
  assert.deepEqual(await findOutboxWork(pool), { hasQueue: false, hasOrders: false });
  const jobId = await addJob(pool);
  const later = await addJob(pool, { scheduledAt: new Date(Date.now() + 3_600_000) });
  assert.match((await reasonOf(pool, later)) ?? '', /^it is scheduled for \d{4}-/);
  assert.equal(await reasonOf(pool, jobId), 'no worker lives: it starts once one does');
  await addWorker(pool, 'one', 1);
  assert.equal(await reasonOf(pool, jobId), 'it waits for its turn');
  assert.deepEqual(await findOutboxWork(pool), { hasQueue: true, hasOrders: false });
  await admitAll(pool);
  assert.deepEqual(await admitted(pool), [jobId]);
  assert.equal(await reasonOf(pool, jobId), 'it is on its way to Temporal');
  assert.deepEqual(await findOutboxWork(pool), { hasQueue: false, hasOrders: true });

  await pool.query(`UPDATE jobs.outbox SET due_at = now() - interval '1 s' WHERE job_id = $1`, [later]);
  assert.equal((await findOutboxWork(pool)).hasQueue, true);
  await admitAll(pool);
  assert.deepEqual((await admitted(pool)).toSorted(), [jobId, later].toSorted());
  await acceptStart(pool, jobId);
  assert.equal(await reasonOf(pool, jobId), 'Temporal has it, and no worker has begun it');
  await startJob(pool, { jobId, runId: 'run', workerId: 'w', job: jobInput() });
  assert.equal(await reasonOf(pool, jobId), undefined);
  await pool.query(`UPDATE jobs.workers SET heartbeat_expiration = now()`);
  assert.equal(await reasonOf(pool, jobId), 'no worker lives: it goes on once one does');
  await pool.query(`UPDATE jobs.workers SET heartbeat_expiration = now() + interval '1 hour'`);
});

test('namespaces take turns, whatever each has waiting, from where the last turn ended', async (t) => {
  const { pool } = await createTestDatabase(t);
  await addJobs(pool, 'greedy', 1_000);
  await addJobs(pool, 'modest', 2);
  await addJobs(pool, '', 1);
  await changeActionQueue(pool, 'sleep', { maxRunning: 4 }, 'admin');
  await admitAll(pool);
  assert.deepEqual(
    (await admitted(pool)).toSorted(),
    ['greedy-000000', 'greedy-000001', 'modest-000000', 'none-000000'],
    'one of each, and then the second of the first',
  );
  await changeActionQueue(pool, 'sleep', { maxRunning: 5 }, 'admin');
  await admitAll(pool);
  assert.ok((await admitted(pool)).includes('modest-000001'), 'the turn has come to the next one');
  await addJobs(pool, 'newcomer', 1);
  await changeActionQueue(pool, 'sleep', { maxRunning: 6 }, 'admin');
  await admitAll(pool);
  assert.ok((await admitted(pool)).includes('newcomer-000000'));
});

test('a turn passes over many namespaces and comes back to the first', async (t) => {
  const { pool } = await createTestDatabase(t);
  for (let index = 10; index < 40; index++) await addJobs(pool, `n${index}`, 2);
  const served: string[] = [];
  for (let turn = 1; turn <= 6; turn++) {
    await changeActionQueue(pool, 'sleep', { maxRunning: turn * 10 }, 'admin');
    await admitAll(pool);
    served.push(...(await admitted(pool)).filter((id) => !served.includes(id)));
  }
  assert.equal(served.length, 60);
  const firsts = served.slice(0, 30).filter((id) => id.endsWith('-000000'));
  assert.equal(new Set(firsts).size, 30, 'every namespace has had its first before any had its second');
});

test('priorities go first, and lanes of the same priority take turns', async (t) => {
  const { pool } = await createTestDatabase(t);
  await addWorker(pool, 'w', 2);
  await addJobs(pool, 'gc', 3, { action: 'onlinegc_blobs', capacityMap: { scan: 1 } });
  await addJobs(pool, 'a', 3, { action: 'false', capacityMap: { scan: 1 } });
  await addJobs(pool, 'b', 3, { action: 'sleep', capacityMap: { scan: 1 } });
  await addJobs(pool, 'hook', 1, { action: 'webhook', capacityMap: { scan: 1 } });
  await admitAll(pool);
  assert.deepEqual(await admitted(pool), ['hook-000000', 'a-000000']);
  for (const done of ['hook-000000', 'a-000000']) {
    await acceptStart(pool, done);
    await endJob(pool, { jobId: done, status: 'done' });
  }
  await admitAll(pool);
  const second = await admitted(pool);
  assert.ok(second.includes('b-000000'), `it is the turn of the other action: ${second.join()}`);
});

test('capacity is what live workers offer together; who does not fit waits, and others pass', async (t) => {
  const { pool } = await createTestDatabase(t);
  await addJobs(pool, 'large', 1, { capacityMap: { scan: 3 } });
  await addJobs(pool, 'small', 3, { capacityMap: { scan: 1 } });
  await addJobs(pool, 'free', 1);
  await admitAll(pool);
  assert.deepEqual(await admitted(pool), ['free-000000']);
  assert.equal(await reasonOf(pool, 'large-000000'), 'no worker lives: it starts once one does');
  await addWorker(pool, 'w1', 1);
  assert.match((await reasonOf(pool, 'large-000000')) ?? '', /needs 3 of the capacity "scan".* offer 1$/);
  await addWorker(pool, 'w2', 1);
  await admitAll(pool);
  assert.deepEqual(await admitted(pool), ['small-000000', 'small-000001', 'free-000000']);
  assert.match(
    (await reasonOf(pool, 'small-000002')) ?? '',
    /needs 1 of the capacity "scan", of which 0 of 2 are free/,
  );

  await setCapacity(pool, 'w2', { scan: 5 });
  await admitAll(pool);
  assert.equal((await admitted(pool)).length, 5, 'one of them, or the large one, and the rest has to wait');
  await pool.query(`UPDATE jobs.workers SET heartbeat_expiration = now() - interval '1 s'`);
  await addJobs(pool, 'late', 1, { capacityMap: { scan: 1 } });
  await admitAll(pool);
  assert.match(
    (await reasonOf(pool, 'late-000000')) ?? '',
    /^no worker lives: it starts once one does$/,
    'the dead offer nothing',
  );
});

test('a large job that is passed for too long has what is free kept for it', async (t) => {
  const { pool } = await createTestDatabase(t);
  await addWorker(pool, 'w', 2);
  await addJobs(pool, 'running', 1, { capacityMap: { scan: 1 } });
  await admitAll(pool);
  await acceptStart(pool, 'running-000000');
  await addJobs(pool, 'large', 1, { capacityMap: { scan: 2 } });
  const impatient = createAdmissions(pool, { patienceMs: 0 });
  await impatient.admit();
  await addJobs(pool, 'small', 1, { action: 'sleep', capacityMap: { scan: 1 } });
  await new Promise((resolve) => setTimeout(resolve, 20));
  await impatient.admit();
  assert.deepEqual(await admitted(pool), [], 'the small one would fit');
  await endJob(pool, { jobId: 'running-000000', status: 'done' });
  await impatient.admit();
  assert.deepEqual(await admitted(pool), ['large-000000']);
});

test('a paused action starts nothing until it is resumed; a rate spreads starts', async (t) => {
  const { pool } = await createTestDatabase(t);
  await addJobs(pool, 'a', 5);
  await addJobs(pool, 'b', 1, { action: 'false' });
  const paused = await changeActionQueue(pool, 'sleep', { paused: true, note: 'for a while' }, 'ada');
  assert.deepEqual([paused.paused, paused.pauseNote, paused.pausedBy], [true, 'for a while', 'ada']);
  await admitAll(pool);
  assert.deepEqual(await admitted(pool), ['b-000000']);
  assert.equal(await reasonOf(pool, 'a-000000'), 'the action sleep is paused');
  const again = await changeActionQueue(pool, 'sleep', { paused: true, ratePerMinute: 60 }, 'bob');
  assert.deepEqual([again.pausedBy, again.pausedAt, again.pauseNote], ['ada', paused.pausedAt, 'for a while']);

  await changeActionQueue(pool, 'sleep', { paused: false }, 'bob');
  await pool.query(`UPDATE jobs.action_queues SET tokens = 0, tokens_at = now() - interval '1.5 s'`);
  await admitAll(pool);
  assert.equal((await admitted(pool)).length, 2, 'one and a half seconds are one start');
  await pool.query(`UPDATE jobs.action_queues SET tokens_at = tokens_at - interval '1 hour'`);
  await admitAll(pool);
  assert.equal((await admitted(pool)).length, 4, 'what was not used up for long is not all made up for');
  await changeActionQueue(pool, 'sleep', { ratePerMinute: null }, 'bob');
  await admitAll(pool);
  assert.equal((await admitted(pool)).length, 6);
});

test('two thousand jobs that wait for capacity or a place are all behind a webhook, though it came last', async (t) => {
  const { pool } = await createTestDatabase(t);
  const places = 20;
  await addWorker(pool, 'w', 1);
  await changeActionQueue(pool, 'sleep', { maxRunning: places }, 'admin');
  await addJobs(pool, 'scans', 1_000, { capacityMap: { scan: 1 } });
  await addJobs(pool, 'storm', 1_000);
  await admitAll(pool);
  assert.equal((await admitted(pool)).length, places);

  const first = await addJob(pool, { action: 'webhook', namespace: 'acme' });
  await admitAll(pool);
  const full = await admitted(pool);
  assert.deepEqual([full[0], full.length], [first, places + 1]);

  // Places of the storm become free: what is admitted with the next webhook is sent after it.
  for (const jobId of full.slice(1, 6)) {
    await acceptStart(pool, jobId);
    await startJob(pool, { jobId, runId: 'run', workerId: 'w', job: jobInput() });
    await endJob(pool, { jobId, status: 'done' });
  }
  const second = await addJob(pool, { action: 'webhook', namespace: 'storm' });
  await admitAll(pool);
  const next = await admitted(pool);
  assert.deepEqual(new Set(next.slice(0, 2)), new Set([first, second]));
  assert.equal(next.length, places + 2);
});

test('several processes admit each job once, and never more than may run', async (t) => {
  const { pool } = await createTestDatabase(t);
  await addJobs(pool, 'a', 300);
  await changeActionQueue(pool, 'sleep', { maxRunning: 120 }, 'admin');
  const admissions = Array.from({ length: 6 }, () => createAdmissions(pool));
  await Promise.all(
    admissions.map(async ({ admit }) => {
      for (let times = 0; times < 5; times++) await admit();
    }),
  );
  await admitAll(pool);
  assert.equal((await admitted(pool)).length, 120);
  assert.deepEqual(await countBacklog(pool), [{ action: 'sleep', count: 180 }]);
});

test('a cancel while a job waits takes it out of the queue, and one that is in somebody’s hand is left to them', async (t) => {
  const { pool } = await createTestDatabase(t);
  await addJobs(pool, 'a', 2);
  const client = await pool.connect();
  try {
    // A cancel that has not committed.
    await client.query('BEGIN');
    await client.query(`SELECT FROM jobs.jobs WHERE id = 'a-000000' FOR UPDATE`);
    await admitAll(pool);
    assert.deepEqual(await admitted(pool), ['a-000001']);
    await client.query('ROLLBACK');
  } finally {
    client.release();
  }
  await cancelJob(pool, 'a-000000', 'ada');
  await admitAll(pool);
  assert.deepEqual(await admitted(pool), ['a-000001']);
  assert.equal((await rowOf(pool, 'a-000000'))?.['status'], 'cancel');
});

test('a row whose job is gone holds up nobody, nor does one of an action that this version does not know', async (t) => {
  const { pool } = await createTestDatabase(t);
  await addJobs(pool, 'a', 2);
  await pool.query(`DELETE FROM jobs.jobs WHERE id = 'a-000000'`);
  await addJobs(pool, 'b', 1, { action: 'of_tomorrow' });
  await admitAll(pool);
  assert.deepEqual(await admitted(pool), ['a-000000', 'a-000001'], 'the dispatcher drops the one that is gone');
  assert.deepEqual(await countBacklog(pool), [{ action: 'of_tomorrow', count: 1 }]);
});
