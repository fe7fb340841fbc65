import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pushEvent, startReceiver } from './push-event.ts';
import { startTestJobrunner } from './test-jobrunner.ts';

test('the job webhook', async (t) => {
  const jobrunner = await startTestJobrunner(t);
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

  await t.test('fails for good after five attempts', async () => {
    receiver.requests.length = 0;
    receiver.statuses.push(500, 502, 503, 504, 408);
    const job = await jobrunner.ended(await pushEvent(jobrunner, receiver.url));
    assert.equal(job.status, 'error');
    assert.equal(receiver.requests.length, 5);
    assert.match(job.failure ?? '', /answered 408$/);
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
