import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { countBefore, findHistoryCut, jobHistory, type HistoryKey } from '../../../jobs/records/history.ts';
import {
  previewRepositoryEvents,
  pruneRepositoryEvents,
  repositoryEventHistory,
} from '../../../events/prune-events.ts';
import { previewJobs, pruneJobs, type PrunedPage, type PruneRange } from '../../../jobs/records/prune-history.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { makeEndedJobs, makeEvents } from '../histories.ts';

const minuteMs = 60_000;
const none = { toKeep: undefined, maxAgeMs: undefined };

async function ids(pool: pg.Pool, table: string): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(`SELECT id FROM ${table} ORDER BY id`);
  return rows.map(({ id }) => id);
}

async function requireCut(pool: pg.Pool, toKeep: number, history = jobHistory): Promise<HistoryKey> {
  const cut = await findHistoryCut(pool, history, { ...none, toKeep });
  assert.ok(cut);
  return cut;
}

/** Page after page, to the last. */
async function all(
  page: (pool: pg.Pool, range: PruneRange) => Promise<PrunedPage>,
  pool: pg.Pool,
  range: Omit<PruneRange, 'after'>,
): Promise<PrunedPage[]> {
  const pages: PrunedPage[] = [];
  for (let after: HistoryKey | undefined; ;) {
    const done = await page(pool, { ...range, after });
    pages.push(done);
    if (!done.next) return pages;
    after = done.next;
  }
}

test('a history is cut by number, by age, or by what comes first of both', async (t) => {
  const { pool } = await createTestDatabase(t);
  await makeEndedJobs(pool, { count: 10 });
  const dueFor = async (limits: { toKeep?: number; maxAgeMs?: number }) => {
    const cut = await findHistoryCut(pool, jobHistory, { ...none, ...limits });
    return cut ? countBefore(pool, jobHistory, cut) : 0;
  };
  assert.equal(await dueFor({}), 0);
  assert.equal(await dueFor({ toKeep: 10 }), 0);
  assert.equal(await dueFor({ toKeep: 11 }), 0);
  assert.equal(await dueFor({ toKeep: 3 }), 7);
  assert.equal(await dueFor({ maxAgeMs: 4.5 * minuteMs }), 6);
  assert.equal(await dueFor({ maxAgeMs: 20 * minuteMs }), 0);
  assert.equal(await dueFor({ toKeep: 3, maxAgeMs: 4.5 * minuteMs }), 7);
  assert.equal(await dueFor({ toKeep: 9, maxAgeMs: 4.5 * minuteMs }), 6);
  assert.equal(await dueFor({ toKeep: 20, maxAgeMs: 4.5 * minuteMs }), 6);
});

test('jobs of the same moment are told apart by their ids', async (t) => {
  const { pool } = await createTestDatabase(t);
  await makeEndedJobs(pool, { count: 9 });
  await pool.query('UPDATE jobs.jobs SET ended_at = now()');
  const cut = await requireCut(pool, 4);
  await all(pruneJobs, pool, { before: cut, limit: 2 });
  assert.deepEqual(await ids(pool, 'jobs.jobs'), ['old-6', 'old-7', 'old-8', 'old-9']);
});

test('jobs go with their logs, the oldest first; those that have not ended stay', async (t) => {
  const { pool } = await createTestDatabase(t);
  await makeEndedJobs(pool, { count: 30, lines: 4 });
  await makeEndedJobs(pool, { name: 'running', count: 3, lines: 1 });
  await pool.query(`UPDATE jobs.jobs SET status = 'running', ended_at = NULL WHERE id LIKE 'running-%'`);
  const cut = await requireCut(pool, 5);
  const preview = await all(previewJobs, pool, { before: cut, limit: 10 });
  const sum = (pages: readonly PrunedPage[]) => [
    pages.reduce((total, { removed }) => total + removed, 0),
    pages.reduce((total, { linesRemoved }) => total + linesRemoved, 0),
  ];
  assert.deepEqual(sum(preview), [25, 100]);
  const first = await pruneJobs(pool, { before: cut, after: undefined, limit: 10 });
  assert.deepEqual([first.removed, first.linesRemoved], [2, 8], 'as many jobs as have ten lines');
  assert.ok(!(await ids(pool, 'jobs.jobs')).includes('old-30'));
  const rest = await all(pruneJobs, pool, { before: cut, limit: 10 });
  assert.deepEqual(sum(rest), [23, 92]);
  assert.deepEqual(await ids(pool, 'jobs.jobs'), [
    'old-1',
    'old-2',
    'old-3',
    'old-4',
    'old-5',
    'running-1',
    'running-2',
    'running-3',
  ]);
  const { rows } = await pool.query<{ count: number }>('SELECT count(*) AS count FROM jobs.log_lines');
  assert.equal(rows[0]?.count, 5 * 4 + 3);
});

test('a log that is longer than a page goes in pieces, and its job with the last', async (t) => {
  const { pool } = await createTestDatabase(t);
  await makeEndedJobs(pool, { name: 'long', count: 1, lines: 25 });
  await makeEndedJobs(pool, { name: 'new', count: 1 });
  await pool.query(`UPDATE jobs.jobs SET ended_at = now() WHERE id = 'new-1'`);
  const pages = await all(pruneJobs, pool, { before: await requireCut(pool, 1), limit: 10 });
  assert.deepEqual(
    pages.map(({ removed, linesRemoved }) => [removed, linesRemoved]),
    [
      [0, 10],
      [0, 10],
      [1, 5],
      [0, 0],
    ],
  );
  assert.deepEqual(await ids(pool, 'jobs.jobs'), ['new-1']);
});

test('a job that somebody else has locked is left for the next run', async (t) => {
  const { pool } = await createTestDatabase(t);
  await makeEndedJobs(pool, { count: 4 });
  const before = await requireCut(pool, 1);
  const other = await pool.connect();
  try {
    await other.query('BEGIN');
    await other.query(`SELECT FROM jobs.jobs WHERE id = 'old-3' FOR UPDATE`);
    await all(pruneJobs, pool, { before, limit: 10 });
    assert.deepEqual(await ids(pool, 'jobs.jobs'), ['old-1', 'old-3']);
    await other.query('ROLLBACK');
  } finally {
    other.release();
  }
  await all(pruneJobs, pool, { before, limit: 10 });
  assert.deepEqual(await ids(pool, 'jobs.jobs'), ['old-1']);
});

test('events of repositories go, but for those that a webhook has still to deliver', async (t) => {
  const { pool } = await createTestDatabase(t);
  await makeEvents(pool, 12);
  await makeEvents(pool, 5, '');
  const before = await requireCut(pool, 2, repositoryEventHistory);
  assert.equal(await countBefore(pool, repositoryEventHistory, before), 10);
  const { rows } = await pool.query<{ id: string }>(
    `SELECT id FROM registry.events WHERE repository <> '' ORDER BY published_at LIMIT 2`,
  );
  const [undelivered, delivered] = rows.map(({ id }) => id);
  await makeEndedJobs(pool, { name: `webhook:${undelivered}:00000000-0000-4000-8000-000000000000~`, count: 1 });
  await makeEndedJobs(pool, { name: `webhook:${delivered}:00000000-0000-4000-8000-000000000000~`, count: 1 });
  await pool.query(`UPDATE jobs.jobs SET ended_at = NULL, status = 'running' WHERE id LIKE $1`, [
    `webhook:${undelivered}:%`,
  ]);

  const preview = await all(previewRepositoryEvents, pool, { before, limit: 4 });
  assert.deepEqual(
    preview.map(({ removed }) => removed),
    [4, 4, 2],
  );
  const pages = await all(pruneRepositoryEvents, pool, { before, limit: 4 });
  assert.deepEqual(
    pages.map(({ removed }) => removed),
    [3, 4, 2],
  );
  const left = await ids(pool, 'registry.events');
  assert.equal(left.length, 2 + 5 + 1);
  assert.ok(undelivered && left.includes(undelivered));
});
