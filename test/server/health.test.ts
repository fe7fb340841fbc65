import assert from 'node:assert/strict';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import type pg from 'pg';
import { createApiApp } from '../../api/http/app.ts';
import { migrate } from '../../database/migrate.ts';
import { createPool } from '../../database/pool.ts';
import { healthRoutes } from '../../server/health.ts';
import { closeServer, serverFactory } from '../../server/http.ts';
import { createLogger } from '../../log/create-logger.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { addJob, admitJob } from '../jobs/test-jobs.ts';
import { startApi } from '../api/test-api.ts';
import { createTestDatabase, startTestPostgres } from '../support/postgres.ts';

interface Answer {
  readonly status: number;
  readonly text: string;
}

type Ask = (path: string) => Promise<Answer>;

/** Starts the health routes alone over a pool. */
async function startHealth(t: TestContext, pool: pg.Pool, problems: () => string[] = () => []): Promise<Ask> {
  const metrics = createMetrics(pool, 'test');
  const app = createApiApp({
    log: createLogger({ level: 'silent' }),
    serverFactory: serverFactory({}),
    onRequestEnd: metrics.observeRequest,
  });
  healthRoutes(app, { pool, problems });
  await app.listen({ host: '127.0.0.1', port: 0 });
  t.after(async () => {
    await closeServer(app.server, 0);
    await app.close();
  });
  const { port } = app.server.address() as AddressInfo;
  return (path) =>
    new Promise((resolve, reject) => {
      request({ port, host: '127.0.0.1', path, agent: false }, (res) => {
        let text = '';
        res.setEncoding('utf8');
        res.on('data', (chunk: string) => (text += chunk));
        res.on('end', () => resolve({ status: res.statusCode ?? 0, text }));
      })
        .on('error', reject)
        .end();
    });
}

test('all is well: every probe is 200, in the words of MSR', async (t) => {
  const { pool } = await createTestDatabase(t);
  const ask = await startHealth(t, pool);
  for (const path of ['/health', '/readyz']) {
    const { status, text } = await ask(path);
    assert.deepEqual([status, JSON.parse(text)], [200, { error: '', healthy: true }], path);
  }
  assert.equal((await ask('/livez')).status, 200);
  assert.deepEqual(await ask('/_ping'), { status: 200, text: 'OK' });
});

test('a part that cannot work makes the process unready, not dead', async (t) => {
  const { pool } = await createTestDatabase(t);
  const found: string[] = [];
  const ask = await startHealth(t, pool, () => found);
  found.push('a worker is not polling');
  const { status, text } = await ask('/readyz');
  assert.deepEqual([status, JSON.parse(text)], [503, { error: 'a worker is not polling', healthy: false }]);
  assert.equal((await ask('/livez')).status, 200);
  found.pop();
  assert.equal((await ask('/readyz')).status, 200, 'and ready again once it can');
});

test('without its database the process is unready, and lives on', { timeout: 120_000 }, async (t) => {
  const postgres = await startTestPostgres();
  t.after(() => postgres.stop());
  const pool = createPool({ connectionString: postgres.url, applicationName: 'test', onError: () => undefined });
  t.after(() => pool.end());
  await migrate(pool);
  const ask = await startHealth(t, pool);
  assert.equal((await ask('/readyz')).status, 200);
  // A transaction that is open has its connection cut, with nobody waiting for an answer on it.
  const client = await pool.connect();
  await client.query('BEGIN');
  await postgres.stop();
  client.release();
  for (const path of ['/readyz', '/health']) {
    const { status, text } = await ask(path);
    assert.deepEqual(
      [status, JSON.parse(text)],
      [503, { error: 'the database cannot be reached', healthy: false }],
      path,
    );
  }
  assert.equal((await ask('/livez')).status, 200);
  assert.equal((await ask('/_ping')).status, 200);
});

test(
  'a database that accepts connections and does not answer makes the process unready',
  { timeout: 30_000 },
  async (t) => {
    const { pool } = await createTestDatabase(t);
    const ask = await startHealth(t, pool);
    // All connections are taken, as by queries that hang.
    const clients = await Promise.all(Array.from({ length: 10 }, () => pool.connect()));
    const { status, text } = await ask('/readyz');
    for (const client of clients) client.release();
    assert.equal(status, 503);
    assert.match(text, /the database does not answer|cannot be reached/);
  },
);

test('metrics tell of requests by route, jobs and outbox, and name no repository, job or account', async (t) => {
  const api = await startApi(t);
  const jobId = await addJob(api.pool);
  await admitJob(api.pool, await addJob(api.pool, { action: 'webhook' }));
  await api.send('POST', '/api/v0/repositories/acme', { body: { name: 'secret-project' } });
  for (const path of ['/api/v0/repositories/acme/secret-project', `/api/v0/jobs/${jobId}`, '/api/v0/secret-project']) {
    await api.send('GET', path);
  }
  assert.equal((await api.send('GET', '/metrics', { as: null })).status, 404, 'not where clients are');
  const text = await api.metrics();
  const samples = [
    /^jobrunner_http_requests_total\{.*route="\/api\/v0\/repositories\/:namespace\/:reponame".*\} 1$/m,
    /^jobrunner_http_responses_total\{status="5xx"\} 0$/m,
    /^jobrunner_workers\{deployment="default",status="running"\} 0$/m,
    /^jobrunner_jobs_backlog\{action="webhook"\} 0$/m,
    /^jobrunner_http_request_duration_seconds_count\{part="api"\} 3$/m,
    /^jobrunner_jobs_backlog\{action="sleep"\} 1$/m,
    /^jobrunner_jobs_in_flight\{action="webhook",status="waiting"\} 1$/m,
    /^jobrunner_outbox_rows 1$/m,
    /^jobrunner_gc_reviews\{kind="manifest",state="due"\} 0$/m,
    /^jobrunner_gc_pending_bytes 0$/m,
    /^jobrunner_scrape_failures_total 0$/m,
    /^process_cpu_seconds_total\{process="test"\} /m,
    /^nodejs_eventloop_lag_seconds\{process="test"\} /m,
  ];
  for (const sample of samples) assert.match(text, sample);
  assert.doesNotMatch(text, /secret-project|acme|admin/);
  assert.ok(!text.includes(jobId));
});
