import { tmpdir } from 'node:os';
import type pg from 'pg';
import { findAlerts } from '../../api/settings/alerts.ts';
import { cancelJobs, countCancellable } from '../../jobs/records/cancel-many.ts';
import { lastCronRuns } from '../../jobs/crons/cron-runs.ts';
import { listCrons } from '../../jobs/crons/crons.ts';
import { countBacklog } from '../../jobs/queue/lanes.ts';
import { countInFlight, listJobs, type JobFilter, type JobPage } from '../../jobs/records/queries.ts';
import { fastFill } from './fast-fill.ts';
import type { Case, Measure } from './measure.ts';

/** Jobs, all of which have ended but for every thousandth; ten log lines for each tenth; 250 crons with a quarter of them. */
export async function fillJobs(pool: pg.Pool, rowCount: number): Promise<void> {
  await fastFill(pool, ['jobs.jobs', 'jobs.log_lines', 'jobs.crons'], async (client) => {
    await client.query(
      `INSERT INTO jobs.jobs (id, action, status, parameters, capacity_map, retry_from_id, retries_left, retries_total,
         deadline, stop_timeout, trigger, requested_by, namespace, repository, scheduled_at, ended_at, worker_id,
         next_line, cron)
       SELECT 'webhook:' || i, (ARRAY['webhook', 'webhook', 'webhook', 'sleep', 'onlinegc_blobs'])[1 + i % 5],
         CASE WHEN i % 1000 = 0 THEN 'waiting' WHEN i % 97 = 0 THEN 'error' ELSE 'done' END, '{}', '{}', '', 0, 0, '', '',
         (ARRAY['event', 'event', 'schedule', 'api'])[1 + i % 4], 'user-' || i % 1000, 'team-' || i % 100,
         'team-' || i % 100 || '/app-' || i % 5000, now() - i * interval '1 second',
         CASE WHEN i % 1000 <> 0 THEN now() - i * interval '1 second' END, 'worker-' || i % 7,
         CASE WHEN i <= $1 / 10 THEN 10 ELSE 0 END, CASE WHEN i % 4 = 0 THEN 'cron-' || i / 4 % 250 ELSE '' END
       FROM generate_series(1, $1) i`,
      [rowCount],
    );
    await client.query(
      `INSERT INTO jobs.log_lines (job_id, line_num, data)
       SELECT 'webhook:' || i, line, '{"time":"2026-01-01T00:00:00.000Z","level":"info","msg":"something was done"}'
       FROM generate_series(1, $1 / 10) i, generate_series(0, 9) line`,
      [rowCount],
    );
    await client.query(
      `INSERT INTO jobs.crons (name, action, schedule, retries, parameters, capacity_map, deadline, stop_timeout, requested_by)
       SELECT 'cron-' || i, 'sleep', '@hourly', 0, '{}', '{}', '', '', 'admin' FROM generate_series(0, 249) i`,
    );
  });
}

/** What an administrator has to look at. */
export function alertsCase(pool: pg.Pool): Case {
  return {
    name: 'GET /meta/alerts',
    limitMs: 50,
    run: () => findAlerts({ pool, dataDir: tmpdir(), problems: () => [] }),
  };
}

/** Lists of jobs by each filter and by some together, and what monitors ask. */
export async function measureJobs(pool: pg.Pool, measure: Measure, rowCount: number): Promise<void> {
  const list = (name: string, filter: JobFilter, page: Partial<JobPage> = {}): Case => ({
    name: `GET /jobs${name}`,
    limitMs: 50,
    run: () => listJobs(pool, filter, { start: 0, limit: 10, ...page }),
  });
  const filters: readonly (readonly [string, JobFilter])[] = [
    ['', {}],
    ['?action=sleep', { action: 'sleep' }],
    ['?action=false (none)', { action: 'false' }],
    ['?running=true (none)', { isRunning: true }],
    ['?running=false', { isRunning: false }],
    ['?status=error', { statuses: ['error'] }],
    ['?status=cancel (none)', { statuses: ['cancel'] }],
    ['?status=error,waiting', { statuses: ['error', 'waiting'] }],
    ['?worker=worker-3', { workerId: 'worker-3' }],
    ['?worker= (none)', { workerId: 'worker-of-old' }],
    ['?namespace=', { namespace: 'team-7' }],
    ['?repository=', { repository: 'team-7/app-7' }],
    ['?requestedBy=', { requestedBy: 'user-7' }],
    ['?requestedBy= (none)', { requestedBy: 'x' }],
    ['?trigger=event', { trigger: 'event' }],
    ['?trigger=api', { trigger: 'api' }],
    ['?trigger=retry (none)', { trigger: 'retry' }],
    ['?action=&status= (none)', { action: 'webhook', statuses: ['cancel'] }],
    ['?status=error&trigger=retry (none)', { statuses: ['error'], trigger: 'retry' }],
    ['?namespace=&status=error', { namespace: 'team-7', statuses: ['error'] }],
    ['?action=&namespace=&trigger=', { action: 'sleep', namespace: 'team-3', trigger: 'event' }],
    ['?namespace=&requestedBy= (none)', { namespace: 'team-7', requestedBy: 'user-8' }],
  ];
  const after = `webhook:${Math.floor(rowCount / 2) + 7}`;
  await measure.cases([
    ...filters.map(([name, filter]) => list(name, filter)),
    ...filters.map(([name, filter]) => list(`${name === '' ? '?' : `${name}&`}after=`, filter, { after })),
    { ...list('?limit=1000', {}, { limit: 1_000 }), judgedBy: 'p50' },
    list('?start=10000', {}, { start: 10_000 }),
    { name: 'jobs in /metrics: in flight', limitMs: 50, run: () => countInFlight(pool) },
    { name: 'jobs in /metrics: backlog', limitMs: 50, run: () => countBacklog(pool) },
    {
      name: 'GET /crons, 250 of them',
      limitMs: 100,
      run: async () => {
        const crons = await listCrons(pool);
        return lastCronRuns(
          pool,
          crons.map(({ name }) => name),
        );
      },
    },
    alertsCase(pool),
    {
      name: 'POST /jobs/cancel of 10,000, dry run',
      limitMs: 50,
      run: () => countCancellable(pool, { action: 'webhook' }, 10_000),
    },
  ]);
  await measure.once(1_000, async () => {
    const { count } = await cancelJobs(pool, { filter: { action: 'webhook' }, requestedBy: 'admin', limit: 10_000 });
    return `cancel of ${count} jobs`;
  });
}
