import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../e2e/eventually.ts';
import { pushEvent, startReceiver } from './push-event.ts';
import { startTestJobrunner } from './test-jobrunner.ts';

test('the job webhook', async (t) => {
  const jobrunner = await startTestJobrunner(t);
  const { pool } = jobrunner;
  const receiver = await startReceiver(t);

  await t.test('is tried again after a failure, under the same delivery id', async () => {
    receiver.statuses.push(500, 429);
    const jobId = await pushEvent(jobrunner, receiver.url);
    const job = await jobrunner.ended(jobId);
    assert.equal(job.status, 'done');
    assert.deepEqual(job.result, { outcome: 'delivered', attempts: 3, status: 200 });
    assert.deepEqual(
      receiver.requests.map((req) => req.headers['x-jobrunner-delivery']),
      [jobId, jobId, jobId],
    );
    const messages = ['started', 'attempt failed', 'attempt failed', 'delivered', 'done'];
    assert.deepEqual(await jobrunner.messages(jobId), messages);
    const description = await jobrunner.temporal.workflow.getHandle(jobId).describe();
    assert.equal(await description.staticSummary(), 'webhook TAG_PUSH `admin/app`');
  });

  await t.test('fails for good after four attempts', async () => {
    receiver.requests.length = 0;
    receiver.statuses.push(500, 502, 503, 408);
    const job = await jobrunner.ended(await pushEvent(jobrunner, receiver.url));
    assert.equal(job.status, 'error');
    assert.equal(receiver.requests.length, 4);
    assert.match(job.failure ?? '', /answered 408$/);
  });

  await t.test('is tried four times by its receiver, however often the database was away', async () => {
    receiver.requests.length = 0;
    receiver.statuses.push(500, 502, 503);
    await pool.query('ALTER TABLE registry.events RENAME TO events_away');
    const { rows } = await pool.query<{ eventID: string; webhookID: string }>(
      `SELECT e.id AS "eventID", w.id AS "webhookID" FROM registry.events_away e, registry.webhooks w LIMIT 1`,
    );
    const jobId = await jobrunner.submit('webhook', { parameters: { ...rows[0] } });
    const failures = async () => (await jobrunner.messages(jobId)).filter((msg) => msg === 'attempt failed').length;
    await eventually('three attempts to have failed', async () => (await failures()) >= 3);
    await pool.query('ALTER TABLE registry.events_away RENAME TO events');
    const job = await jobrunner.waitFor(jobId, ({ endedAt }) => endedAt !== null, 60_000);
    assert.deepEqual(job.result, { outcome: 'delivered', attempts: 4, status: 200 });
    assert.equal(receiver.requests.length, 4);
  });

  await t.test('fails at once where trying again cannot help', async () => {
    receiver.requests.length = 0;
    receiver.statuses.push(404);
    const job = await jobrunner.ended(await pushEvent(jobrunner, receiver.url));
    assert.equal(job.status, 'error');
    assert.equal(receiver.requests.length, 1);
    assert.match(job.failure ?? '', /answered 404$/);
  });
});
