import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import { withTransaction } from '../../database/transaction.ts';
import { cancelJob } from '../../jobs/records/commands.ts';
import { recordEvents } from '../../events/events.ts';
import { countInFlight, findJob } from '../../jobs/records/queries.ts';
import { findWaitingReason } from '../../jobs/queue/waiting-reason.ts';
import { eventually } from '../e2e/eventually.ts';
import { startReceiver } from './push-event.ts';
import { startTestJobrunner, type TestJobrunner } from './test-jobrunner.ts';

// As many places as one worker has, four times over.
const hostileWebhooks = 200;

/** A server that answers requests as it is told. */
async function startServer(
  t: TestContext,
  answer: (res: ServerResponse, path: string) => void,
): Promise<{ readonly url: string; readonly origin: string }> {
  const server = createServer((req, res) => void req.resume().on('end', () => answer(res, req.url ?? '')));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: `${origin}/`, origin };
}

async function subscribe({ pool }: TestJobrunner, key: string, endpoints: readonly string[]): Promise<void> {
  await pool.query(`INSERT INTO accounts.accounts (name) VALUES ('admin') ON CONFLICT DO NOTHING`);
  await pool.query(
    `INSERT INTO registry.webhooks (type, key, endpoint, author_id)
     SELECT 'TAG_PUSH', $1, endpoint, id FROM accounts.accounts, unnest($2::text[]) AS endpoint`,
    [key, endpoints],
  );
}

/** A push to a namespace, as far as webhooks see it. Gives the ids of the jobs that deliver it. */
async function push({ pool, wakeDispatcher }: TestJobrunner, namespace: string): Promise<string[]> {
  const event = { type: 'TAG_PUSH', actor: 'admin', namespace, repository: 'app', contents: { tag: '1' } } as const;
  await withTransaction(pool, (tx) => recordEvents(tx, [event]));
  wakeDispatcher.send();
  const { rows } = await pool.query<{ id: string }>(
    `SELECT id FROM jobs.jobs WHERE action = 'webhook' AND namespace = $1 AND ended_at IS NULL`,
    [namespace],
  );
  return rows.map(({ id }) => id);
}

async function placesHeld({ pool }: TestJobrunner): Promise<number> {
  const counts = await countInFlight(pool);
  return counts.filter(({ action }) => action === 'webhook').reduce((sum, { count }) => sum + count, 0);
}

test('webhooks of one namespace hold up those of no other', { timeout: 300_000 }, async (t) => {
  const jobrunner = await startTestJobrunner(t, { isCaching: true });
  const { pool } = jobrunner;
  const receiver = await startReceiver(t);
  await subscribe(jobrunner, 'good', [receiver.url]);

  async function deliveryMs(): Promise<number> {
    const [jobId = ''] = await push(jobrunner, 'good');
    const startedMs = performance.now();
    const job = await jobrunner.waitFor(jobId, ({ endedAt }) => endedAt !== null, 60_000);
    assert.equal(job.status, 'done');
    return performance.now() - startedMs;
  }

  await t.test('whose receivers ask for a try in years', async (t) => {
    const refusing = await startServer(t, (res) => res.writeHead(503, { 'retry-after': '999999999' }).end());
    const endpoints = Array.from({ length: hostileWebhooks }, (_, index) => `${refusing.url}${index}`);
    const quietMs = await deliveryMs();
    await subscribe(jobrunner, 'bad', endpoints);
    const jobIds = await push(jobrunner, 'bad');
    assert.equal(jobIds.length, hostileWebhooks);
    await eventually('the first of them to wait', async () => {
      const { rows } = await pool.query('SELECT FROM jobs.jobs WHERE parked_at IS NOT NULL');
      return rows.length > 0;
    });
    const duringMs = await deliveryMs();
    await eventually(
      'all of them to wait for their next try',
      async () => {
        const { rows } = await pool.query('SELECT FROM jobs.jobs WHERE parked_at IS NOT NULL');
        return rows.length === hostileWebhooks;
      },
      { timeoutMs: 120_000 },
    );
    assert.equal(await placesHeld(jobrunner), 0);
    const afterMs = await deliveryMs();
    t.diagnostic(`delivered in ${[quietMs, duringMs, afterMs].map(Math.round).join(', ')} ms: quiet, during, after`);

    const job = await findJob(pool, jobIds[0] ?? '');
    assert.ok(job?.parkedAt && job.status === 'running');
    const inMs = Date.parse((await findWaitingReason(pool, job))?.replace('it goes on at ', '') ?? '') - Date.now();
    assert.ok(inMs > 0 && inMs <= 300_000, String(inMs));
    // One that waits is cancelled like any other.
    await cancelJob(pool, job.id, 'tester');
    jobrunner.wakeDispatcher.send();
    assert.equal((await jobrunner.ended(job.id)).status, 'cancel');
    await pool.query(`DELETE FROM registry.webhooks WHERE key = 'bad'`);
  });

  await t.test('whose receivers do not answer', async (t) => {
    const held: ServerResponse[] = [];
    const silent = await startServer(t, (res) => void held.push(res));
    await subscribe(
      jobrunner,
      'slow',
      Array.from({ length: 60 }, (_, index) => `${silent.url}${index}`),
    );
    const jobIds = await push(jobrunner, 'slow');
    await eventually('deliveries to be under way', async () => held.length >= 12);
    const duringMs = await deliveryMs();
    t.diagnostic(`delivered in ${Math.round(duringMs)} ms while ${held.length} deliveries wait for an answer`);
    assert.equal(held.length, 12, 'a share of the places, and no more');
    const { rows } = await pool.query<{ id: string }>(
      `SELECT job_id AS id FROM jobs.outbox WHERE state = 'queued' AND namespace = 'slow' LIMIT 1`,
    );
    const job = await findJob(pool, rows[0]?.id ?? '');
    assert.ok(job && jobIds.includes(job.id));
    assert.equal(
      await findWaitingReason(pool, job),
      'it needs 1 of the capacity "share of webhooks of slow", of which 0 of 12 are free',
    );

    // Others who send to the same server have no place there either, and all others have.
    await subscribe(jobrunner, 'third', [`${silent.url}third`]);
    const [third = ''] = await push(jobrunner, 'third');
    await deliveryMs();
    const waiting = await findJob(pool, third);
    assert.ok(waiting?.status === 'waiting');
    assert.match((await findWaitingReason(pool, waiting)) ?? '', new RegExp(`share of webhooks to ${silent.origin}"`));
    for (const res of held.splice(0)) res.end();
    await eventually('the next ones to be under way', async () => held.length > 0);
    for (const id of [...jobIds, third]) await cancelJob(pool, id, 'tester');
    jobrunner.wakeDispatcher.send();
    await eventually('all to have ended', async () => (await placesHeld(jobrunner)) === 0, { timeoutMs: 60_000 });
  });

  await t.test('whose receivers fail: their next deliveries go one at a time, until one is taken', async (t) => {
    const held: ServerResponse[] = [];
    const answer = { isHeld: false, status: 500 };
    const broken = await startServer(t, (res) => {
      if (answer.isHeld) held.push(res);
      else res.writeHead(answer.status).end();
    });
    const endpoints = Array.from({ length: 20 }, (_, index) => `${broken.url}${index}`);
    await subscribe(jobrunner, 'broken', endpoints);
    const failing = async () => {
      const { rows } = await pool.query(
        `SELECT FROM registry.webhooks WHERE key = 'broken' AND failing_since IS NOT NULL`,
      );
      return rows.length;
    };
    for (const id of await push(jobrunner, 'broken')) assert.equal((await jobrunner.ended(id)).status, 'error');
    assert.equal(await failing(), endpoints.length);

    answer.isHeld = true;
    await push(jobrunner, 'broken');
    await eventually('a delivery to be under way', () => held.length > 0);
    // One whose receiver works goes on, in the same namespace.
    const works = await startReceiver(t);
    await subscribe(jobrunner, 'broken', [works.url]);
    const jobIds = await push(jobrunner, 'broken');
    await eventually('it to be told', () => works.requests.length > 0);
    await deliveryMs();
    assert.equal(held.length, 1);
    const { rows } = await pool.query<{ id: string }>(
      `SELECT job_id AS id FROM jobs.outbox WHERE state = 'queued' AND namespace = 'broken' LIMIT 1`,
    );
    const waiting = await findJob(pool, rows[0]?.id ?? '');
    assert.ok(waiting);
    const share = 'share of webhooks of broken to receivers that fail';
    assert.equal(
      await findWaitingReason(pool, waiting),
      `it needs 12 of the capacity "${share}", of which 0 of 12 are free`,
    );

    for (const res of held.splice(0)) res.end();
    await eventually('those that waited to go on as ever', () => held.length === 12);
    answer.isHeld = false;
    answer.status = 200;
    for (const res of held.splice(0)) res.end();
    for (const id of jobIds) assert.equal((await jobrunner.ended(id)).status, 'done');
    assert.equal(await failing(), 0);
    answer.isHeld = true;
    const after = await push(jobrunner, 'broken');
    await eventually('as many to be under way as ever', () => held.length === 12);
    for (const id of after) await cancelJob(pool, id, 'tester');
    jobrunner.wakeDispatcher.send();
  });
});

test('a wait that the database or Temporal has forgotten has an end', { timeout: 180_000 }, async (t) => {
  const jobrunner = await startTestJobrunner(t, { isCaching: true, webhookRetryDelayMs: 5_000 });
  const { pool } = jobrunner;
  const receiver = await startReceiver(t);
  receiver.statuses.push(503, 503, 503, 503);
  await subscribe(
    jobrunner,
    'acme',
    Array.from({ length: 4 }, (_, index) => `${receiver.url}${index}`),
  );
  const jobIds = await push(jobrunner, 'acme');
  for (const id of jobIds) await jobrunner.waitFor(id, ({ parkedAt }) => parkedAt !== null);
  // As if PostgreSQL had been put back to a time before the wait, and Temporal to one before its end.
  const [before = '', after = '', ended = '', gone = ''] = jobIds;
  await pool.query(`UPDATE jobs.jobs SET parked_at = NULL WHERE id = ANY($1)`, [jobIds]);
  await pool.query(`UPDATE jobs.jobs SET parking = '' WHERE id = $1`, [before]);
  const { rowCount } = await pool.query(`DELETE FROM jobs.outbox WHERE job_id = ANY($1)`, [jobIds]);
  assert.equal(rowCount, 4);
  // As if Temporal had been put back to one before the end of the job, or its row had been deleted since.
  await pool.query(
    `UPDATE jobs.jobs SET status = 'done', ended_at = now(), ended_run_id = run_id, result = '{"attempts":2}' WHERE id = $1`,
    [ended],
  );
  await pool.query('DELETE FROM jobs.jobs WHERE id = $1', [gone]);
  for (const id of [before, after]) {
    const { status, result } = await jobrunner.waitFor(id, ({ endedAt }) => endedAt !== null, 120_000);
    assert.deepEqual([status, (result as { attempts: number }).attempts], ['done', 2]);
  }
  for (const id of [ended, gone]) {
    await assert.rejects(jobrunner.temporal.workflow.getHandle(id).result(), (error: Error) => {
      assert.ok(error.cause instanceof ApplicationFailure);
      return error.cause.type === 'JOB_HAS_ENDED';
    });
  }
  assert.equal((await findJob(pool, ended))?.status, 'done');
  assert.equal(receiver.requests.length, 6, 'what had ended is not sent again');
});
