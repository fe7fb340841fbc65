import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker } from '@temporalio/worker';
import { readJobLog } from '../../jobs/records/logs.ts';
import type { activities } from '../../workflows/shared/activities.ts';
import { pageOptions, webhookOptions } from '../../workflows/shared/options.ts';
import { addJob, admitJob } from '../jobs/test-jobs.ts';
import { missing } from '../setup/tools.ts';
import { startTestJobrunner } from './test-jobrunner.ts';

test('a workflow that calls an activity of another queue, or none, does not compile', () => {
  // Never called: the compiler is what is asked.
  const compiled = (of: typeof activities) => {
    void of(pageOptions).reviewBlobs;
    void of(webhookOptions).deliverWebhook;
    // @ts-expect-error deliveries are made on the queue of webhooks
    void of(pageOptions).deliverWebhook;
    // @ts-expect-error no worker has it
    void of(webhookOptions).noSuchActivity;
  };
  assert.equal(typeof compiled, 'function');
});

test('an activity that no worker has is in the log of the job at once', { skip: missing('temporal') }, async (t) => {
  const jobrunner = await startTestJobrunner(t);
  const { pool, temporal } = jobrunner;
  const jobId = await addJob(pool);
  await admitJob(pool, jobId);
  await pool.query('DELETE FROM jobs.outbox');
  const connection = await NativeConnection.connect({ address: jobrunner.address });
  const worker = await Worker.create({
    connection,
    namespace: temporal.options.namespace,
    taskQueue: 'test-unknown',
    workflowsPath: fileURLToPath(new URL('unknown-activity-workflow.ts', import.meta.url)),
  });
  await worker.runUntil(
    assert.rejects(
      temporal.workflow.execute('callsUnknown', { workflowId: jobId, taskQueue: 'test-unknown', args: [] }),
    ),
  );
  await connection.close();
  const lines = await readJobLog(pool, jobId, { offset: 0, limit: 10 });
  const [line] = lines.map(({ data }) => JSON.parse(data) as Record<string, unknown>);
  assert.deepEqual([line?.['msg'], line?.['activity']], ['attempt failed', 'noSuchActivity']);
  assert.match(String(line?.['error']), /^this worker has no activity noSuchActivity for jobrunner-maintenance/);
});
