import type pg from 'pg';
import { createAdmissions, findOutboxWork, loadAdmissionState } from '../jobs/admission.ts';
import { countBacklog } from '../jobs/lanes.ts';
import { findJob } from '../jobs/queries.ts';
import { findWaitingReason } from '../jobs/waiting-reason.ts';

/** One statement, or a few that belong together, and how long they may take. */
export interface Case {
  readonly name: string;
  readonly limitMs: number;
  readonly run: () => Promise<unknown>;
}

/**
 * Makes waiting jobs, and gives what the dispatcher and the API ask about them. Half of them are of one action, in as many
 * namespaces as is said; the first namespace has nine tenths of all.
 */
export async function admissionCases(pool: pg.Pool, rowCount: number, namespaces: number): Promise<Case[]> {
  await fill(pool, rowCount, namespaces);
  const { admit } = createAdmissions(pool);
  const { rows } = await pool.query<{ id: string }>(`SELECT job_id AS id FROM jobs.outbox ORDER BY id DESC LIMIT 1`);
  const job = await findJob(pool, rows[0]?.id ?? '');
  if (!job) throw new Error('no job waits');
  const among = `${rowCount} waiting, ${namespaces} ns`;
  return [
    { name: `is there work? ${among}`, limitMs: 10, run: () => findOutboxWork(pool) },
    { name: `lanes, queues, capacity: ${among}`, limitMs: 20, run: () => loadAdmissionState(pool) },
    { name: `why a job waits: ${among}`, limitMs: 20, run: () => findWaitingReason(pool, job) },
    { name: `backlog: ${among}`, limitMs: 50, run: () => countBacklog(pool) },
    { name: `admit 100: ${among}`, limitMs: 100, run: admit },
  ];
}

async function fill(pool: pg.Pool, rowCount: number, namespaces: number): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('SET statement_timeout = 0');
    await client.query('TRUNCATE jobs.outbox, jobs.queue_turns');
    await client.query(`DELETE FROM jobs.jobs WHERE id LIKE 'waiting:%'`);
    await client.query(
      `WITH made AS (
         INSERT INTO jobs.jobs (id, action, status, parameters, capacity_map, retry_from_id, retries_left, retries_total,
           deadline, stop_timeout, trigger, requested_by, namespace, scheduled_at)
         SELECT 'waiting:' || i, CASE WHEN i % 2 = 0 THEN 'sleep' ELSE 'false' END, 'waiting', '{}', '{}', '', 0, 0, '',
           '', 'event', 'admin', 'n' || CASE WHEN i % 10 = 0 THEN i / 10 % $2 ELSE 0 END, now()
         FROM generate_series(1, $1) i RETURNING id, action, namespace)
       INSERT INTO jobs.outbox (job_id, command, state, action, namespace, priority)
       SELECT id, 'start', 'queued', action, namespace, 3 FROM made`,
      [rowCount, namespaces],
    );
    // Room for all that is to be admitted.
    await client.query(
      `INSERT INTO jobs.action_queues (action, max_running) VALUES ('sleep', 1000000), ('false', 1000000)
       ON CONFLICT DO NOTHING`,
    );
    await client.query('VACUUM ANALYZE jobs.outbox, jobs.jobs');
  } finally {
    client.release(true);
  }
}
