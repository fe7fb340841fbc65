import type pg from 'pg';
import { webhookAction } from '../../jobs/actions/webhook.ts';
import { causedJob } from '../../jobs/records/caused-job.ts';
import { enqueueJobs, type NewJob } from '../../jobs/records/enqueue.ts';
import { endJob } from '../../jobs/records/end-job.ts';
import { startJob } from '../../jobs/records/records.ts';
import { withTransaction } from '../../database/transaction.ts';
import type { Measure } from './measure.ts';

const jobCount = 2_000;
const batchSize = 100;

/** What it costs that a job is made, starts and ends, among all the others: each touches every index of the table. */
export async function measureJobChanges(pool: pg.Pool, measure: Measure): Promise<void> {
  const jobs = Array.from({ length: jobCount }, (_, index) => newJob(index));
  const each = (name: string, run: (job: NewJob) => Promise<unknown>): Promise<void> =>
    measure.pages(name, 10, async (runs) => {
      const job = jobs[runs - 1];
      if (job) await run(job);
      return runs < jobCount;
    });
  await measure.pages(`insert of ${batchSize} jobs`, 100, async (runs) => {
    const batch = jobs.slice((runs - 1) * batchSize, runs * batchSize);
    await withTransaction(pool, (tx) => enqueueJobs(tx, batch));
    return runs * batchSize < jobCount;
  });
  await each('start of a job', ({ id, ...job }) =>
    startJob(pool, { jobId: id, runId: `run-${id}`, workerId: 'worker-3', job }),
  );
  await each('end of a job', ({ id }) => endJob(pool, { jobId: id, status: 'done' }));
}

function newJob(index: number): NewJob {
  const parameters = {
    eventID: `fd0e2f9c-8a55-4c3f-9b1a-${String(index).padStart(12, '0')}`,
    webhookID: 'c8b2a7a0-0a0b-4a4e-8b0f-5b1f3f3b9f11',
  };
  const namespace = `team-${index % 100}`;
  const repository = `${namespace}/app-${index % 5_000}`;
  return causedJob(webhookAction, parameters, { requestedBy: `user-${index % 1_000}`, namespace, repository });
}
