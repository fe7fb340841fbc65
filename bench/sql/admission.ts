import type pg from 'pg';
import { createAdmissions, findOutboxWork, loadAdmissionState } from '../../jobs/queue/admission.ts';
import { countBacklog } from '../../jobs/queue/lanes.ts';
import { findJob } from '../../jobs/records/queries.ts';
import { findWaitingReason } from '../../jobs/queue/waiting-reason.ts';
import { fastFill } from './fast-fill.ts';
import { alertsCase } from './jobs.ts';
import type { Measure } from './measure.ts';

/** Waiting jobs, half of them of one action, in one namespace and then in 10,000: what dispatcher and API ask about them. */
export async function measureAdmission(pool: pg.Pool, measure: Measure, rowCount: number): Promise<void> {
  await fillWaiting(pool, rowCount);
  const { admit } = createAdmissions(pool);
  for (const namespaces of [1, 10_000]) {
    await fillOutbox(pool, namespaces);
    const { rows } = await pool.query<{ id: string }>(`SELECT job_id AS id FROM jobs.outbox ORDER BY id DESC LIMIT 1`);
    const job = await findJob(pool, rows[0]?.id ?? '');
    if (!job) throw new Error('no job waits');
    console.log(`${rowCount} waiting in ${namespaces} namespaces:`);
    await measure.cases([
      { name: 'is there work?', limitMs: 10, run: () => findOutboxWork(pool) },
      { name: 'lanes, queues, capacity', limitMs: 20, run: () => loadAdmissionState(pool) },
      { name: 'why a job waits', limitMs: 20, run: () => findWaitingReason(pool, job) },
      alertsCase(pool),
      { name: 'backlog', limitMs: 50, run: () => countBacklog(pool) },
      { name: 'admit 100', limitMs: 50, judgedBy: 'p50', run: admit },
    ]);
  }
}

async function fillWaiting(pool: pg.Pool, rowCount: number): Promise<void> {
  await fastFill(pool, ['jobs.jobs'], async (client) => {
    await client.query(
      `INSERT INTO jobs.jobs (id, action, status, parameters, capacity_map, retry_from_id, retries_left, retries_total,
         deadline, stop_timeout, trigger, requested_by, scheduled_at)
       SELECT 'waiting:' || i, CASE WHEN i % 2 = 0 THEN 'sleep' ELSE 'false' END, 'waiting', '{}', '{}', '', 0, 0, '',
         '', 'event', 'admin', now()
       FROM generate_series(1, $1) i`,
      [rowCount],
    );
    // Room for all that is to be admitted.
    await client.query(
      `INSERT INTO jobs.action_queues (action, max_running) VALUES ('sleep', 1000000), ('false', 1000000)
       ON CONFLICT DO NOTHING`,
    );
  });
}

/** Puts all of them into the queue again. The first namespace has nine tenths of all; the outbox alone is asked for it. */
async function fillOutbox(pool: pg.Pool, namespaces: number): Promise<void> {
  await pool.query('TRUNCATE jobs.outbox, jobs.queue_turns');
  await pool.query(`UPDATE jobs.jobs SET admitted_at = NULL WHERE admitted_at IS NOT NULL AND id LIKE 'waiting:%'`);
  await fastFill(pool, ['jobs.outbox'], async (client) => {
    await client.query(
      `INSERT INTO jobs.outbox (job_id, command, state, action, namespace, priority)
       SELECT id, 'start', 'queued', action, 'n' || CASE WHEN i % 10 = 0 THEN i / 10 % $1 ELSE 0 END, 3
       FROM (SELECT id, action, substr(id, 9)::int AS i FROM jobs.jobs WHERE id LIKE 'waiting:%' ORDER BY i) waiting`,
      [namespaces],
    );
  });
}
