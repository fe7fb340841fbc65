import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deleteActionConfig, saveActionConfig } from '../../../jobs/actions/action-configs.ts';
import { findJob } from '../../../jobs/records/queries.ts';
import { rerunJob } from '../../../jobs/records/commands.ts';
import { endJob } from '../../../jobs/records/end-job.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { addJob } from '../test-jobs.ts';

test('the config of an action lies under the parameters of its new jobs, whatever makes them', async (t) => {
  const { pool } = await createTestDatabase(t);
  const parametersOf = async (id: string) => (await findJob(pool, id))?.parameters;
  const config = { action: 'onlinegc_blobs', parameters: { dryRun: 'true', batchSize: '7' }, requestedBy: 'ada' };
  await saveActionConfig(pool, config);
  const gc = { action: 'onlinegc_blobs', trigger: 'event' } as const;
  const jobId = await addJob(pool, { ...gc, parameters: { batchSize: '5' }, retriesLeft: 1, retriesTotal: 1 });
  assert.deepEqual(await parametersOf(jobId), { dryRun: 'true', batchSize: '5' });
  assert.deepEqual(await parametersOf(await addJob(pool)), { seconds: '1' }, 'of another action');

  await deleteActionConfig(pool, 'onlinegc_blobs');
  await endJob(pool, { jobId, status: 'error', failure: 'no' });
  assert.deepEqual(await parametersOf(`${jobId}~1`), { dryRun: 'true', batchSize: '5' }, 'a retry keeps what it had');
  assert.deepEqual(await parametersOf(await addJob(pool, { ...gc, parameters: {} })), {});
});

test('a job that is run again has the parameters of the old one, and no more', async (t) => {
  const { pool } = await createTestDatabase(t);
  const jobId = await addJob(pool, { action: 'onlinegc_blobs', parameters: {} });
  await endJob(pool, { jobId, status: 'done' });
  await saveActionConfig(pool, { action: 'onlinegc_blobs', parameters: { dryRun: 'true' }, requestedBy: 'ada' });
  const old = await findJob(pool, jobId);
  assert.ok(old);
  assert.deepEqual((await rerunJob(pool, old, 'ada')).parameters, {});
});
