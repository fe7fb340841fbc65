import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import pg from 'pg';
import { freePort } from '../../local/ports.ts';
import { missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { expectStatus, type Job } from './client.ts';
import { startJobrunner, type Jobrunner } from './jobrunner-process.ts';
import { startWebhookReceiver, type WebhookAnswer, type WebhookReceiver } from './webhook-receiver.ts';

const skip = missing('temporal');

let deliveries = 0;

/** Pushes to a repository whose webhook leads to a receiver with these answers, of which the last one stays. */
async function deliver(
  t: TestContext,
  { client }: Jobrunner,
  answers: readonly WebhookAnswer[],
): Promise<{ job: Job; receiver: WebhookReceiver; gapsMs: number[] }> {
  const receiver = await startWebhookReceiver(t);
  receiver.answerWith((_, index) => answers[index] ?? answers.at(-1) ?? { status: 200 });
  const name = `hooked-${deliveries++}`;
  expectStatus(201, await client.api('POST', '/repositories/admin', { name }));
  const webhookId = await client.subscribe('TAG_PUSH', `admin/${name}`, receiver.url);
  await client.pushImage(`admin/${name}`, 'latest');
  await receiver.waitForCount(1, 20_000);
  const job = await client.waitForJob(receiver.received[0]?.deliveryId ?? '', ['done', 'error'], 60_000);
  assert.ok(job.id.endsWith(webhookId));
  assert.equal(new Set(receiver.received.map(({ deliveryId }) => deliveryId)).size, 1, 'all attempts have one id');
  const gapsMs = receiver.received
    .slice(1)
    .map(({ atMs }, index) => Math.round(atMs - (receiver.received[index]?.atMs ?? 0)));
  return { job, receiver, gapsMs };
}

test('webhook deliveries', { skip }, async (t) => {
  const jobrunner = await startJobrunner(createCleanUp(t));
  const { client } = jobrunner;

  await t.test('a receiver that fails is tried four times, after longer and longer waits', async (t) => {
    const { job, receiver, gapsMs } = await deliver(t, jobrunner, [{ status: 500 }]);
    t.diagnostic(`waits in ms: ${gapsMs.join(', ')}`);
    assert.equal(job.status, 'error');
    assert.match(job.failure ?? '', /answered 500$/);
    assert.equal(receiver.received.length, 4);
    for (const [index, leastMs] of [100, 400, 1_600].entries()) {
      const gapMs = gapsMs[index] ?? 0;
      assert.ok(gapMs >= leastMs && gapMs < leastMs + 1_500, `${gapMs} ms in place of ${leastMs}`);
    }
    const log = await client.jobLog(job.id);
    assert.deepEqual(
      log.filter(({ msg }) => msg === 'attempt failed').map(({ attempt, status }) => [attempt, status]),
      [1, 2, 3, 4].map((attempt) => [attempt, 500]),
    );
  });

  await t.test('Retry-After is honoured, in seconds and as a date', async (t) => {
    const inSeconds = await deliver(t, jobrunner, [{ status: 503, headers: { 'retry-after': '2' } }, { status: 200 }]);
    t.diagnostic(`waited ${inSeconds.gapsMs.join()} ms for Retry-After: 2`);
    assert.equal(inSeconds.job.status, 'done');
    assert.deepEqual(inSeconds.job.result, { outcome: 'delivered', attempts: 2, status: 200 });
    assertBetween(inSeconds.gapsMs[0], 2_000, 3_500);

    const date = new Date(Date.now() + 5_000).toUTCString();
    const byDate = await deliver(t, jobrunner, [{ status: 429, headers: { 'retry-after': date } }, { status: 204 }]);
    const secondAtMs = Date.now() - performance.now() + (byDate.receiver.received[1]?.atMs ?? 0);
    assertBetween(secondAtMs - Date.parse(date), -50, 1_500);
  });

  for (const status of [400, 401, 404, 410]) {
    await t.test(`${status} is final`, async (t) => {
      const { job, receiver } = await deliver(t, jobrunner, [{ status }]);
      assert.equal(job.status, 'error');
      assert.match(job.failure ?? '', new RegExp(`answered ${status}$`));
      assert.equal(receiver.received.length, 1);
    });
  }

  for (const status of [408, 425, 429, 500, 502]) {
    await t.test(`${status} is tried again`, async (t) => {
      const { job, receiver } = await deliver(t, jobrunner, [{ status }, { status: 200 }]);
      assert.equal(job.status, 'done');
      assert.equal(receiver.received.length, 2);
    });
  }

  await t.test('a redirect is final and not followed', async (t) => {
    const elsewhere = await startWebhookReceiver(t);
    const { job, receiver } = await deliver(t, jobrunner, [{ status: 307, headers: { location: elsewhere.url } }]);
    assert.equal(job.status, 'error');
    assert.match(job.failure ?? '', /answered 307$/);
    assert.equal(receiver.received.length, 1);
    assert.equal(elsewhere.received.length, 0);
  });

  await t.test('a receiver that is away is tried again, and the failure says where', async (t) => {
    const url = `http://127.0.0.1:${await freePort()}/hook`;
    const webhookId = await client.subscribe('TAG_PUSH', 'admin', url);
    t.after(() => client.api('DELETE', `/webhooks/${webhookId}`));
    await client.pushImage('admin/gone', 'latest');
    const [job] = await client.listJobs('webhook');
    assert.ok(job);
    assert.equal(job.parameters['webhookID'], webhookId);
    const ended = await client.waitForJob(job.id, ['error'], 60_000);
    assert.match(ended.failure ?? '', new RegExp(`^${new URL(url).origin}: .*ECONNREFUSED`));
  });

  await t.test('metadata services and nonsense are refused though private addresses are allowed', async () => {
    for (const endpoint of ['http://169.254.169.254/latest', 'http://[fe80::1]/', 'ftp://127.0.0.1/', 'nonsense']) {
      const { status, body } = await client.api<{ errors: { code: string; message: string }[] }>('POST', '/webhooks', {
        type: 'TAG_PUSH',
        key: 'admin',
        endpoint,
      });
      assert.equal(status, 400, endpoint);
      assert.equal(body.errors[0]?.code, 'INVALID_ENDPOINT');
    }
  });
});

test('without OUTBOUND_ALLOW_PRIVATE nothing goes to loopback addresses', { skip }, async (t) => {
  const cleanUp = createCleanUp(t);
  const receiver = await startWebhookReceiver(cleanUp);
  const jobrunner = await startJobrunner(cleanUp, { env: { OUTBOUND_ALLOW_PRIVATE: 'false' } });
  const { client } = jobrunner;
  for (const endpoint of [receiver.url, receiver.url.replace('127.0.0.1', 'localhost'), 'http://2130706433/']) {
    const refused = await client.api<{ errors: { code: string; message: string }[] }>('POST', '/webhooks', {
      type: 'TAG_PUSH',
      key: 'admin',
      endpoint,
    });
    assert.equal(refused.status, 400);
    assert.equal(refused.body.errors[0]?.code, 'INVALID_ENDPOINT');
    assert.match(
      refused.body.errors[0].message,
      /: it cannot be used: its address is not public, or cannot be resolved;/,
    );
  }

  // One that was made while they were allowed, or whose name has come to lead there.
  const database = new pg.Client({ connectionString: await jobrunner.databaseUrl() });
  await database.connect();
  await database.query(
    `INSERT INTO registry.webhooks (type, key, endpoint, author_id)
     SELECT 'TAG_PUSH', 'admin', endpoint, id FROM accounts.accounts, unnest($1::text[]) AS endpoint
     WHERE name = 'admin'`,
    [[receiver.url, receiver.url.replace('127.0.0.1', 'localhost')]],
  );
  await database.end();
  await client.pushImage('admin/app', 'latest');
  const jobs = await client.listJobs('webhook');
  assert.equal(jobs.length, 2);
  for (const { id } of jobs) {
    const job = await client.waitForJob(id, ['error'], 60_000);
    assert.match(job.failure ?? '', /: it cannot be used: its address is not public, or cannot be resolved;/);
  }
  assert.equal(receiver.received.length, 0);
});

function assertBetween(value: number | undefined, least: number, most: number): void {
  assert.ok(value !== undefined && value >= least && value < most, `${value} is not between ${least} and ${most}`);
}
