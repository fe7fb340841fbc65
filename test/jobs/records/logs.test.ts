import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cancelJobs } from '../../../jobs/records/cancel-many.ts';
import { cancelJob } from '../../../jobs/records/commands.ts';
import { endJob } from '../../../jobs/records/end-job.ts';
import { appendJobLog, readJobLog } from '../../../jobs/records/logs.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { addJob, messagesOf } from '../test-jobs.ts';

const all = { offset: 0, limit: 1_000 };

test('lines of 20 writers at once are numbered without gaps, those of one call side by side', async (t) => {
  const { pool } = await createTestDatabase(t);
  const jobId = await addJob(pool);
  await Promise.all(
    Array.from({ length: 20 }, async (_, writer) => {
      for (let round = 0; round < 10; round++) {
        await appendJobLog(
          pool,
          jobId,
          ['first', 'second', 'third'].map((part) => ({ level: 'info', msg: `${writer} ${round} ${part}` })),
        );
      }
    }),
  );
  const messages = await messagesOf(pool, jobId);
  assert.equal(messages.length, 600);
  for (let index = 0; index < messages.length; index += 3) {
    const [writer, round] = (messages[index] ?? '').split(' ');
    assert.deepEqual(
      messages.slice(index, index + 3),
      ['first', 'second', 'third'].map((part) => `${writer} ${round} ${part}`),
    );
  }
});

test('a line is a JSON object with its time, its level, and whatever fields it has', async (t) => {
  const { pool } = await createTestDatabase(t);
  const jobId = await addJob(pool);
  const entry = { level: 'warn', msg: 'line\nbreak "quoted" 🔑', digest: 'sha256:1', count: 3 } as const;
  await appendJobLog(pool, jobId, [entry]);
  const [line] = await readJobLog(pool, jobId, all);
  assert.equal(line?.lineNum, 0);
  const { time, ...rest } = JSON.parse(line.data) as { time: string };
  assert.deepEqual(rest, entry);
  assert.equal(new Date(time).toISOString(), time);
});

test('a log is read from a line on, and no more lines than asked for', async (t) => {
  const { pool } = await createTestDatabase(t);
  const jobId = await addJob(pool);
  await appendJobLog(
    pool,
    jobId,
    Array.from({ length: 10 }, (_, index) => ({ level: 'info', msg: String(index) })),
  );
  const numbers = async (offset: number, limit: number) =>
    (await readJobLog(pool, jobId, { offset, limit })).map(({ lineNum }) => lineNum);
  assert.deepEqual(await numbers(0, 3), [0, 1, 2]);
  assert.deepEqual(await numbers(8, 5), [8, 9]);
  assert.deepEqual(await numbers(10, 5), []);
});

test('lines for a job that is gone are dropped with it, and no lines are no work', async (t) => {
  const { pool } = await createTestDatabase(t);
  await appendJobLog(pool, 'sleep:gone', [{ level: 'info', msg: 'nobody reads this' }]);
  assert.deepEqual(await readJobLog(pool, 'sleep:gone', all), []);
  const jobId = await addJob(pool);
  await appendJobLog(pool, jobId, []);
  assert.deepEqual(await readJobLog(pool, jobId, all), []);
});

test('after the line that says how a job ended, whichever that is, there is none', async (t) => {
  const { pool } = await createTestDatabase(t);
  const late = [{ level: 'info', msg: 'an activity that still writes' }] as const;
  const ends = {
    done: (jobId: string) => endJob(pool, { jobId, status: 'done' }),
    failed: (jobId: string) => endJob(pool, { jobId, status: 'error', failure: 'no' }),
    canceled: (jobId: string) => endJob(pool, { jobId, status: 'cancel' }),
    'cancelled before its start': (jobId: string) => cancelJob(pool, jobId, 'ada'),
    'one of many': (jobId: string) =>
      cancelJobs(pool, { filter: { action: 'sleep', statuses: ['waiting'] }, requestedBy: jobId, limit: 1 }),
  };
  for (const [name, end] of Object.entries(ends)) {
    const jobId = await addJob(pool);
    // Lines are written while it ends, by several writers at once.
    const writers = Array.from({ length: 8 }, async () => {
      for (let round = 0; round < 5; round++) await appendJobLog(pool, jobId, late);
    });
    await Promise.all([...writers, end(jobId)]);
    await appendJobLog(pool, jobId, late);
    const messages = await messagesOf(pool, jobId);
    assert.ok(['done', 'failed', 'canceled'].includes(messages.at(-1) ?? ''), `${name}: ${messages.join()}`);
  }
});
