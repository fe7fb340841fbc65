import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import type { MockActivityEnvironment } from '@temporalio/testing';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { test, type TestContext } from 'node:test';
import {
  createWebhookActivities,
  maxFailures,
  type PostponedDelivery,
  type WebhookDelivery,
} from '../../activities/webhook.ts';
import { createOutboundClient } from '../../outbound/client.ts';
import { createLogger } from '../../log/create-logger.ts';
import { messagesOf } from '../jobs/test-jobs.ts';
import { runIn, startJob, type TestJob } from './test-activities.ts';
import { startReceiver, type TestReceiver } from './test-receiver.ts';

const firstRetryDelayMs = 1_000;
const log = createLogger({ level: 'fatal' });
const contents = { namespace: 'admin', repository: 'app', tag: '1.0' };

type Outcome = WebhookDelivery | PostponedDelivery;

interface Delivery {
  readonly job: TestJob;
  readonly webhookId: string;
  readonly runInside: (environment: MockActivityEnvironment) => Promise<Outcome>;
  readonly run: (attempt?: number) => Promise<Outcome>;
  /** The failure of an attempt after which there is no other. */
  readonly fail: (attempt?: number) => Promise<ApplicationFailure>;
  /** Of an attempt after which there is another. */
  readonly postpone: (attempt?: number) => Promise<PostponedDelivery>;
}

/** An event and a subscription to it, with the activity that delivers. */
async function startDelivery(t: TestContext, endpoint: string, { allowPrivate = true } = {}): Promise<Delivery> {
  const job = await startJob(t, 'webhook');
  const { pool } = job;
  const eventId = randomUUID();
  await pool.query(
    `INSERT INTO registry.events (id, published_at, actor, type, object_type, kind, namespace, repository, contents)
     VALUES ($1, '2026-01-02T03:04:05.678Z', 'admin', 'CREATE', 'TAG', 'TAG_PUSH', 'admin', 'app', $2)`,
    [eventId, JSON.stringify(contents)],
  );
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO registry.webhooks (type, key, endpoint, author_id)
     SELECT 'TAG_PUSH', '', $1, id FROM accounts.accounts RETURNING id`,
    [endpoint],
  );
  const webhookId = rows[0]?.id ?? '';
  const outbound = createOutboundClient({ allowPrivate });
  t.after(() => outbound.close());
  const activities = createWebhookActivities({ pool, outbound, jobLog: job.jobLog, log, firstRetryDelayMs });
  const runInside = (environment: MockActivityEnvironment, failures = 0): Promise<Outcome> =>
    runIn(environment, () => activities.deliverWebhook({ eventId, webhookId, failures }));
  const run = (attempt = 1): Promise<Outcome> => runInside(job.environment(), attempt - 1);
  return {
    job,
    webhookId,
    runInside,
    run,
    fail: (attempt) => failureOf(run(attempt)),
    postpone: async (attempt) => {
      const outcome = await run(attempt);
      assert.ok(outcome.outcome === 'postponed', JSON.stringify(outcome));
      return outcome;
    },
  };
}

async function failureOf(delivery: Promise<Outcome>): Promise<ApplicationFailure> {
  const outcome = await delivery.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(outcome instanceof ApplicationFailure, String(outcome));
  return outcome;
}

async function startAnswering(
  t: TestContext,
  answer: (res: ServerResponse) => void,
): Promise<Delivery & { readonly receiver: TestReceiver }> {
  const receiver = await startReceiver(t, answer);
  return { ...(await startDelivery(t, receiver.url)), receiver };
}

function answering(t: TestContext, status: number, headers: Record<string, string> = {}, body = '') {
  return startAnswering(t, (res) => res.writeHead(status, headers).end(body));
}

async function lastSuccess({ job, webhookId }: Delivery): Promise<unknown> {
  const { rows } = await job.pool.query('SELECT last_successful_at FROM registry.webhooks WHERE id = $1', [webhookId]);
  return rows[0] && (rows[0] as { last_successful_at: unknown }).last_successful_at;
}

test('the receiver gets the payload as MSR sends it, with an id that is the same at every attempt', async (t) => {
  const delivery = await answering(t, 200);
  assert.deepEqual(await delivery.run(), { outcome: 'delivered', attempts: 1, status: 200 });
  await delivery.run(2);
  const [first, second] = delivery.receiver.requests;
  assert.deepEqual(first?.body, { type: 'TAG_PUSH', createdAt: '2026-01-02T03:04:05.678Z', contents });
  assert.deepEqual([first?.method, first?.path], ['POST', '/hook?key=1']);
  assert.equal(first?.headers['content-type'], 'application/json');
  assert.equal(first?.headers['x-jobrunner-delivery'], delivery.job.id);
  assert.equal(second?.headers['x-jobrunner-delivery'], delivery.job.id);
});

test('every 2xx is success, is logged, and is remembered with the subscription', async (t) => {
  for (const status of [200, 201, 202, 204]) {
    const delivery = await answering(t, status);
    assert.equal(await lastSuccess(delivery), null);
    assert.deepEqual(await delivery.run(3), { outcome: 'delivered', attempts: 3, status });
    assert.ok((await lastSuccess(delivery)) instanceof Date);
    assert.deepEqual(await messagesOf(delivery.job.pool, delivery.job.id), ['delivered']);
    assert.equal(delivery.job.wakeUps(), 1);
  }
});

test('client errors and redirects are final, with the status in the message', async (t) => {
  for (const status of [400, 401, 403, 404, 410, 422, 302, 304]) {
    const delivery = await answering(t, status, { location: 'http://127.0.0.1:1/' }, 'no such hook');
    const failure = await delivery.fail();
    assert.deepEqual([failure.type, failure.nonRetryable], ['WEBHOOK_REFUSED', true]);
    assert.equal(failure.message, `${new URL(delivery.receiver.url).origin} answered ${status}`);
    assert.equal(delivery.receiver.requests.length, 1, 'a redirect is not followed');
    assert.equal(await lastSuccess(delivery), null);
  }
});

test('server errors postpone a delivery, each time four times as long; the fourth is final', async (t) => {
  const delivery = await answering(t, 500, {}, 'x'.repeat(10_000));
  const origin = new URL(delivery.receiver.url).origin;
  for (const [index, delayMs] of [1_000, 4_000, 16_000].entries()) {
    const failures = index + 1;
    const left = { attemptsLeft: maxFailures - failures };
    const postponed = { outcome: 'postponed', failures, ...left, delayMs, failure: `${origin} answered 500` };
    assert.deepEqual(await delivery.postpone(failures), postponed);
  }
  const messages = await messagesOf(delivery.job.pool, delivery.job.id);
  assert.equal(messages.filter((message) => message === 'attempt failed').length, 3);
  const failure = await delivery.fail(maxFailures);
  assert.deepEqual([failure.type, failure.nonRetryable], ['WEBHOOK_FAILED', true]);
  const [answer] = failure.details as [Record<string, unknown>];
  assert.deepEqual(Object.keys(answer), ['attempt', 'status', 'durationMs'], 'the body would be in the history');
  assert.deepEqual([answer['attempt'], answer['status']], [4, 500]);
});

test('what is ours to fail is no failure of the receiver', async (t) => {
  const { job, run, receiver } = await answering(t, 503);
  await job.pool.query('ALTER TABLE registry.events RENAME TO events_away');
  await assert.rejects(run(2), /registry.events/);
  assert.equal(receiver.requests.length, 0);
});

test('the client errors that pass by themselves are tried again', async (t) => {
  for (const status of [408, 425, 429, 503]) {
    assert.equal((await (await answering(t, status)).postpone(2)).delayMs, 4_000);
  }
});

test('Retry-After sets the delay, in seconds or as a date, up to five minutes; nonsense does not', async (t) => {
  const delayFor = async (value: string, status = 429) =>
    (await (await answering(t, status, { 'retry-after': value })).postpone()).delayMs;
  assert.equal(await delayFor('7'), 7_000);
  assert.equal(await delayFor('7', 503), 7_000);
  assert.equal(await delayFor('999999999'), 300_000);
  const dateMs = await delayFor(new Date(Date.now() + 60_000).toUTCString());
  assert.ok(dateMs > 50_000 && dateMs <= 60_000, String(dateMs));
  assert.equal(await delayFor(new Date(Date.now() - 60_000).toUTCString()), 0);
  assert.equal(await delayFor('soon'), firstRetryDelayMs);
});

test('a receiver that is not there, or hangs up, is tried again', async (t) => {
  const gone = await answering(t, 200);
  await gone.receiver.close();
  const refused = await gone.postpone();
  assert.equal(refused.delayMs, firstRetryDelayMs);
  assert.match(refused.failure, /ECONNREFUSED/);
  const rude = await startAnswering(t, (res) => res.destroy());
  assert.equal((await rude.postpone()).failures, 1);
});

test('a cancel stops within 5 s, before the answer and in the middle of it', { timeout: 20_000 }, async (t) => {
  const silences: readonly ((res: ServerResponse) => void)[] = [
    () => undefined,
    (res) => void res.writeHead(200).write('never ends'),
  ];
  for (const silence of silences) {
    const arrived = Promise.withResolvers<void>();
    const receiver = await startReceiver(t, (res) => {
      silence(res);
      arrived.resolve();
    });
    const { job, runInside } = await startDelivery(t, receiver.url);
    const environment = job.environment();
    const delivery = runInside(environment);
    const rejected = assert.rejects(delivery, CancelledFailure);
    await arrived.promise;
    const startedMs = performance.now();
    environment.cancel();
    await rejected;
    assert.ok(performance.now() - startedMs < 5_000);
  }
});

test('an endless answer is not read to its end', { timeout: 20_000 }, async (t) => {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  let sentBytes = 0;
  const closed = Promise.withResolvers<void>();
  const delivery = await startAnswering(t, (res) => {
    res.writeHead(200);
    const more = (): void => {
      while (!res.destroyed && res.write(chunk)) sentBytes += chunk.length;
    };
    res.on('drain', more).on('close', closed.resolve);
    more();
  });
  assert.equal((await delivery.run()).outcome, 'delivered');
  await closed.promise;
  assert.ok(sentBytes < 16 * 1024 * 1024, `${sentBytes} bytes went into buffers on the way`);
});

test('a subscription that is gone or inactive is skipped: nothing is sent', async (t) => {
  const inactive = await answering(t, 200);
  await inactive.job.pool.query('UPDATE registry.webhooks SET inactive = true');
  const deleted = await answering(t, 200);
  await deleted.job.pool.query('DELETE FROM registry.webhooks');
  for (const delivery of [inactive, deleted]) {
    assert.deepEqual(await delivery.run(2), { outcome: 'skipped', attempts: 1 });
    assert.equal(delivery.receiver.requests.length, 0);
    assert.match((await messagesOf(delivery.job.pool, delivery.job.id)).join(), /^skipped: /);
  }
});

test('an event that is no longer kept is final: nothing is sent', async (t) => {
  const delivery = await answering(t, 200);
  await delivery.job.pool.query('DELETE FROM registry.events');
  const failure = await delivery.fail();
  assert.deepEqual([failure.type, failure.nonRetryable], ['WEBHOOK_REFUSED', true]);
  assert.match(failure.message, /^event [0-9a-f-]{36} is no longer kept/);
  assert.equal(delivery.receiver.requests.length, 0);
});

test('a refused address gets nothing; by its number that is final, by its name it may be another one next time', async (t) => {
  const receiver = await startReceiver(t, (res) => res.end());
  const message =
    'it cannot be used: its address is not public, or cannot be resolved; OUTBOUND_ALLOW_PRIVATE=true allows private ones';
  const failure = await (await startDelivery(t, receiver.url, { allowPrivate: false })).fail();
  assert.deepEqual([failure.type, failure.nonRetryable], ['WEBHOOK_REFUSED', true]);
  assert.equal(failure.message, `${new URL(receiver.url).origin}: ${message}`);
  for (const host of ['localhost', 'nowhere.invalid']) {
    const url = receiver.url.replace('127.0.0.1', host);
    const { delayMs, failure } = await (await startDelivery(t, url, { allowPrivate: false })).postpone();
    assert.equal(delayMs, firstRetryDelayMs);
    assert.equal(failure, `${new URL(url).origin}: ${message}`, 'whatever the name leads to');
  }
  assert.equal(receiver.requests.length, 0);
});

test('while it delivers it heartbeats', async (t) => {
  const { job, runInside } = await answering(t, 200);
  const environment = job.environment();
  const heartbeats: unknown[] = [];
  environment.on('heartbeat', (details: unknown) => heartbeats.push(details));
  await runInside(environment);
  assert.deepEqual(heartbeats[0], { phase: 'delivering', failures: 0 });
});
