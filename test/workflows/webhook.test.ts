import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cancelJob } from '../../jobs/records/commands.ts';
import { searchAttributes } from '../../workflows/shared/search-attributes.ts';
import { eventually } from '../e2e/eventually.ts';
import { startReceiver as startAnsweringReceiver } from '../activities/test-receiver.ts';
import { pushEvent, startReceiver } from './push-event.ts';
import { shownState } from './current-details.ts';
import { startTestJobrunner } from './test-jobrunner.ts';

test('the job webhook', async (t) => {
  const jobrunner = await startTestJobrunner(t);
  const { pool } = jobrunner;
  const receiver = await startReceiver(t);

  const handleOf = (jobId: string) => jobrunner.temporal.workflow.getHandle(jobId);
  const detailsOf = (jobId: string): Promise<string> => shownState(jobrunner.temporal, jobId);
  const phaseOf = async (jobId: string) =>
    (await handleOf(jobId).describe()).typedSearchAttributes.get(searchAttributes.jobPhase);

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
    const { repository, event } = description.memo ?? {};
    assert.deepEqual([repository, event], ['admin/app', 'TAG_PUSH']);
    assert.match(await detailsOf(jobId), /^\*\*Done\.\*\*.*outcome: delivered/s);
    assert.equal(await phaseOf(jobId), 'delivered');
  });

  await t.test('fails for good after four attempts', async () => {
    receiver.requests.length = 0;
    receiver.statuses.push(500, 502, 503, 408);
    const job = await jobrunner.ended(await pushEvent(jobrunner, receiver.url));
    assert.equal(job.status, 'error');
    assert.equal(receiver.requests.length, 4);
    assert.match(job.failure ?? '', /answered 408$/);
    assert.equal(await detailsOf(job.id), `**Failed:** ${new URL(receiver.url).origin} answered 408`);
    assert.equal(await phaseOf(job.id), 'failed');
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

  await t.test('says what it waits for, and that it was cancelled', async (t) => {
    const busy = await startAnsweringReceiver(t, (res) => res.writeHead(503, { 'retry-after': '60' }).end());
    const jobId = await pushEvent(jobrunner, busy.url);
    await jobrunner.waitFor(jobId, ({ parkedAt }) => parkedAt !== null);
    await eventually('the phase to be known', async () => (await phaseOf(jobId)) === 'waiting for the next try');
    assert.match(
      await detailsOf(jobId),
      /Attempt 1 failed: http:\/\/127\.0\.0\.1:\d+ answered 503\. Attempts left: 3, the next in 60 s\.$/,
    );
    await cancelJob(pool, jobId, 'tester');
    jobrunner.wakeDispatcher.send();
    assert.equal((await jobrunner.ended(jobId)).status, 'cancel');
    await eventually('the last word', async () => (await phaseOf(jobId)) === 'cancelled');
  });
});
