import assert from 'node:assert/strict';
import { cancelJob } from '../../jobs/records/commands.ts';
import type { TestJobrunner } from './test-jobrunner.ts';

/** Runs an action page by page, one item each, and cancels it after its first: it has to stop within 5 s. */
export async function cancelAfterFirstPage(jobrunner: TestJobrunner, action: string): Promise<void> {
  const cancelled = await jobrunner.submit(action, { parameters: { batchSize: '1' } });
  await jobrunner.waitFor(cancelled, (job) => job.progress !== null);
  const askedMs = performance.now();
  await cancelJob(jobrunner.pool, cancelled, 'tester');
  jobrunner.wakeDispatcher.send();
  assert.equal((await jobrunner.ended(cancelled)).status, 'cancel');
  assert.ok(performance.now() - askedMs < 5_000, 'a cancel took more than 5 s');
}
