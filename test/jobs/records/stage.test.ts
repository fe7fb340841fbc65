import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isOver, isParked, jobIs } from '../../../jobs/records/stage.ts';
import { findJob } from '../../../jobs/records/queries.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { addJob, admitJob } from '../test-jobs.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

test('the stages of a job, by its row and in SQL', async (t) => {
  const { pool } = await createTestDatabase(t);
  const jobId = await addJob(pool);
  const stages = async () => {
    const conditions = Object.entries(jobIs).map(([name, condition]) => `${condition} AS "${name}"`);
    const { rows } = await pool.query<Record<string, boolean>>(
      `SELECT ${conditions.join(', ')} FROM jobs.jobs WHERE id = $1`,
      [jobId],
    );
    const job = await findJob(pool, jobId);
    assert.ok(job);
    assert.deepEqual([isOver(job), isOver(job)], [rows[0]?.['over'], !rows[0]?.['open']]);
    return Object.entries({ ...rows[0], parked: isParked(job) }).flatMap(([name, is]) => (is ? [name] : []));
  };
  assert.deepEqual(await stages(), ['open']);
  await admitJob(pool, jobId);
  assert.deepEqual(await stages(), ['open', 'admitted', 'inFlight']);
  await pool.query('UPDATE jobs.jobs SET parked_at = now()');
  assert.deepEqual(await stages(), ['open', 'admitted', 'parked']);
  await pool.query('UPDATE jobs.jobs SET parked_at = NULL, ended_at = now()');
  assert.deepEqual(await stages(), ['over']);
});

test('the partial indexes of jobs have the words of these conditions', async (t) => {
  const { pool } = await createTestDatabase(t);
  const { rows } = await pool.query<{ condition: string }>(
    `SELECT pg_get_expr(indpred, indrelid) AS condition FROM pg_index WHERE indrelid = 'jobs.jobs'::regclass`,
  );
  const conditions = rows.map(({ condition }) => (condition ?? '').replaceAll(/[()]/g, ''));
  for (const wanted of [jobIs.over, jobIs.admitted, jobIs.inFlight]) assert.ok(conditions.includes(wanted), wanted);
});

test('no other file says in SQL what an admitted job is', async () => {
  const found: string[] = [];
  for await (const path of glob('{api,jobs,workers,events,registry,telemetry,server,activities}/**/*.ts', {
    cwd: root,
  })) {
    if (/admitted_at IS NOT NULL/.test(await readFile(join(root, path), 'utf8'))) found.push(path);
  }
  assert.deepEqual(found, ['jobs/records/stage.ts']);
});
