import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client as TemporalClient, Connection } from '@temporalio/client';
import { missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { expectStatus } from './client.ts';
import { eventually } from './eventually.ts';
import { startJobrunner } from './jobrunner-process.ts';
import { startWebhookReceiver } from './webhook-receiver.ts';

const skip = missing('temporal');

const limitMs = 2_000;

test('stopping jobs', { skip }, async (t) => {
  const cleanUp = createCleanUp(t);
  const jobrunner = await startJobrunner(cleanUp, { env: { WEBHOOK_RETRY_DELAY: '1m' } });
  const { client } = jobrunner;
  const connection = await Connection.connect({ address: (await jobrunner.temporal()).address });
  cleanUp.after(() => connection.close());
  const temporal = new TemporalClient({ connection });
  const workflowStatus = async (jobId: string): Promise<string> =>
    (await temporal.workflow.getHandle(jobId).describe()).status.name;

  /** Cancels a running job, and gives how long it took to end. */
  async function cancel(jobId: string): Promise<number> {
    const startedMs = performance.now();
    expectStatus(204, await client.api('POST', `${pathOf(jobId)}/cancel`));
    await client.waitForJob(jobId, ['cancel'], 10_000);
    return performance.now() - startedMs;
  }

  await t.test('a cancel stops a running sleep within 2 s', async (t) => {
    const jobId = await client.startJob('sleep', { seconds: '600' });
    await client.waitForJob(jobId, ['running']);
    const tookMs = await cancel(jobId);
    t.diagnostic(`canceled after ${Math.round(tookMs)} ms`);
    assert.ok(tookMs < limitMs);
    await eventually('the workflow to be closed', async () => (await workflowStatus(jobId)) === 'CANCELLED');
    const messages = (await client.jobLog(jobId)).map(({ msg }) => msg);
    assert.deepEqual(messages, ['started', 'cancel requested', 'canceled']);
    const { body } = await client.api<{ jobs: { id: string }[] }>('GET', '/jobs?status=canceled');
    assert.deepEqual(
      body.jobs.map(({ id }) => id),
      [jobId],
    );
  });

  await t.test('a job that waits for its time is canceled at once, and never runs', async () => {
    const scheduledAt = new Date(Date.now() + 3_000).toISOString();
    const { id } = expectStatus(
      202,
      await client.api<{ id: string }>('POST', '/jobs', { action: 'sleep', parameters: { seconds: '0' }, scheduledAt }),
    );
    assert.ok((await cancel(id)) < limitMs);
    // Another one, due later, has gone through: the canceled one would have had its turn.
    const later = new Date(Date.now() + 4_000).toISOString();
    const other = expectStatus(
      202,
      await client.api<{ id: string }>('POST', '/jobs', {
        action: 'sleep',
        parameters: { seconds: '0' },
        scheduledAt: later,
      }),
    );
    await client.waitForJob(other.id, ['done']);
    assert.equal((await client.findJob(id))?.status, 'cancel');
    await assert.rejects(workflowStatus(id), { name: 'WorkflowNotFoundError' });
  });

  await t.test('a webhook that waits for its next attempt is canceled within 2 s', async (t) => {
    const receiver = await startWebhookReceiver(createCleanUp(t));
    receiver.answerWith(() => ({ status: 500 }));
    const webhookId = await client.subscribe('TAG_PUSH', 'admin', receiver.url);
    await client.pushImage('admin/app', 'one');
    await receiver.waitForCount(1, 20_000);
    const jobId = receiver.received[0]?.deliveryId ?? '';
    await eventually('the first attempt to have failed', async () =>
      (await client.jobLog(jobId)).some(({ msg }) => msg === 'attempt failed'),
    );
    const tookMs = await cancel(jobId);
    t.diagnostic(`canceled after ${Math.round(tookMs)} ms`);
    assert.ok(tookMs < limitMs);
    assert.equal(receiver.received.length, 1);
    expectStatus(204, await client.api('DELETE', `/webhooks/${webhookId}`));
  });

  await t.test('a webhook whose receiver does not answer is canceled within 5 s', async (t) => {
    const receiver = await startWebhookReceiver(createCleanUp(t));
    receiver.answerWith(() => ({ status: 200, delayMs: 15_000 }));
    const webhookId = await client.subscribe('TAG_PUSH', 'admin', receiver.url);
    await client.pushImage('admin/app', 'two');
    await receiver.waitForCount(1, 20_000);
    const tookMs = await cancel(receiver.received[0]?.deliveryId ?? '');
    t.diagnostic(`canceled after ${Math.round(tookMs)} ms`);
    assert.ok(tookMs < 5_000);
    expectStatus(204, await client.api('DELETE', `/webhooks/${webhookId}`));
  });

  await t.test('deleting a running job removes it and stops its workflow', async () => {
    const jobId = await client.startJob('sleep', { seconds: '600' });
    await client.waitForJob(jobId, ['running']);
    expectStatus(204, await client.api('DELETE', pathOf(jobId)));
    assert.equal((await client.api('GET', pathOf(jobId))).status, 404);
    assert.equal((await client.api('GET', `${pathOf(jobId)}/logs`)).status, 404);
    assert.equal(
      (await client.listJobs('sleep')).some(({ id }) => id === jobId),
      false,
    );
    await eventually('the workflow to be closed', async () => (await workflowStatus(jobId)) === 'CANCELLED');
  });

  await t.test('a job that was terminated in Temporal is shown as canceled', async (t) => {
    const jobId = await client.startJob('sleep', { seconds: '600' });
    await client.waitForJob(jobId, ['running']);
    const startedMs = performance.now();
    await temporal.workflow.getHandle(jobId).terminate('by a test');
    const job = await client.waitForJob(jobId, ['cancel'], 45_000);
    t.diagnostic(`repaired after ${Math.round(performance.now() - startedMs)} ms`);
    assert.equal(job.failure, 'the workflow was terminated');
  });

  await t.test('the job "false" fails, and a failed job cannot be canceled', async () => {
    const jobId = await client.startJob('false');
    const job = await client.waitForJob(jobId, ['error']);
    assert.match(job.failure ?? '', /always fails/);
    expectStatus(204, await client.api('POST', `${pathOf(jobId)}/cancel`));
    assert.equal((await client.findJob(jobId))?.status, 'error');
  });
});

function pathOf(jobId: string): string {
  return `/jobs/${encodeURIComponent(jobId)}`;
}
