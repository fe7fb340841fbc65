import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type pg from 'pg';
import { withTransaction } from '../../database/transaction.ts';
import { recordAudit } from '../../events/audit.ts';
import { recordEvents, type RegistryEvent } from '../../events/events.ts';
import { listJobs } from '../../jobs/records/queries.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { outboxOf } from '../jobs/test-jobs.ts';

const push: RegistryEvent = {
  type: 'TAG_PUSH',
  actor: 'ada',
  namespace: 'acme',
  repository: 'app',
  contents: { tag: '1.0' },
};

async function database(t: TestContext): Promise<pg.Pool> {
  const { pool } = await createTestDatabase(t);
  await pool.query(`INSERT INTO accounts.accounts (name) VALUES ('ada')`);
  return pool;
}

async function subscribe(pool: pg.Pool, key: string, { type = 'TAG_PUSH', inactive = false } = {}): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO registry.webhooks (type, key, endpoint, inactive, author_id)
     SELECT $1, $2, 'https://example.test/', $3, id FROM accounts.accounts RETURNING id`,
    [type, key, inactive],
  );
  return rows[0]?.id ?? '';
}

async function subscriptionsTold(pool: pg.Pool): Promise<string[]> {
  const jobs = await listJobs(pool, { action: 'webhook' }, { start: 0, limit: 100 });
  return jobs.map((job) => job.parameters['webhookID'] ?? '').sort();
}

test('each subscription to the kind of event gets one job: of everything, the namespace, the repository', async (t) => {
  const pool = await database(t);
  const wanting = [await subscribe(pool, ''), await subscribe(pool, 'acme'), await subscribe(pool, 'acme/app')];
  for (const key of ['acm', 'acme/', 'acme/ap', 'acme/app/sub', 'acme/other', 'ada', 'Acme'])
    await subscribe(pool, key);
  await subscribe(pool, '', { type: 'MANIFEST_PUSH' });
  await subscribe(pool, 'acme/app', { inactive: true });
  assert.equal(await recordEvents(pool, [push]), 3);
  assert.deepEqual(await subscriptionsTold(pool), wanting.sort());
});

test('several events make a job for each that is wanted, and an event that nobody wants is still written down', async (t) => {
  const pool = await database(t);
  await subscribe(pool, '');
  const events = [push, { ...push, contents: { tag: '2.0' } }, { ...push, type: 'MANIFEST_PUSH' as const }];
  assert.equal(await recordEvents(pool, events), 2);
  const { rows } = await pool.query(
    'SELECT type, object_type, contents FROM registry.events ORDER BY contents, object_type',
  );
  assert.deepEqual(rows, [
    { type: 'CREATE', object_type: 'MANIFEST', contents: { tag: '1.0' } },
    { type: 'CREATE', object_type: 'TAG', contents: { tag: '1.0' } },
    { type: 'CREATE', object_type: 'TAG', contents: { tag: '2.0' } },
  ]);
});

test('the job names event, subscription, repository and actor, and is to be started now', async (t) => {
  const pool = await database(t);
  const webhookID = await subscribe(pool, '');
  await recordEvents(pool, [push]);
  const { rows } = await pool.query<{ id: string }>('SELECT id FROM registry.events');
  const eventID = rows[0]?.id ?? '';
  const [job] = await listJobs(pool, {}, { start: 0, limit: 10 });
  assert.equal(job?.id, `webhook:${eventID}:${webhookID}`);
  assert.deepEqual(job.parameters, { eventID, webhookID, type: 'TAG_PUSH' });
  assert.deepEqual(
    [job.status, job.trigger, job.requestedBy, job.namespace, job.repository, job.retryFromId],
    ['waiting', 'event', 'ada', 'acme', 'acme/app', job.id],
  );
  assert.deepEqual(await outboxOf(pool, job.id), [{ command: 'start', dueInSeconds: 0 }]);
});

test('what is rolled back has not happened: no event, no job, no order', async (t) => {
  const pool = await database(t);
  await subscribe(pool, '');
  await assert.rejects(
    withTransaction(pool, async (tx) => {
      assert.equal(await recordEvents(tx, [push]), 1);
      throw new Error('no');
    }),
    /no/,
  );
  for (const table of ['registry.events', 'jobs.jobs', 'jobs.outbox']) {
    const { rowCount } = await pool.query(`SELECT FROM ${table}`);
    assert.equal(rowCount, 0, table);
  }
});

test('no events are no work', async (t) => {
  const pool = await database(t);
  await subscribe(pool, '');
  assert.equal(await recordEvents(pool, []), 0);
});

test('what happens to a repository itself is told under the names of webhooks, to whoever wants all or one of them', async (t) => {
  const pool = await database(t);
  const kinds = {
    REPOSITORY_CREATE: 'REPO_CREATED',
    REPOSITORY_UPDATE: 'REPO_UPDATED',
    REPOSITORY_DELETE: 'REPO_DELETED',
  };
  const all = await subscribe(pool, 'acme', { type: 'REPO_EVENT' });
  const single: string[] = [];
  for (const type of Object.values(kinds)) single.push(await subscribe(pool, '', { type }));
  await subscribe(pool, 'ada', { type: 'REPO_EVENT' });
  await subscribe(pool, '');
  const actor = { id: null, name: 'ada', type: 'user', address: '192.0.2.1' } as const;
  const about = { actor, object: { id: 'id', name: 'acme/app' }, namespace: 'acme', repository: 'app' };
  for (const [index, kind] of (Object.keys(kinds) as (keyof typeof kinds)[]).entries()) {
    await pool.query('DELETE FROM jobs.jobs');
    assert.equal(await recordAudit(pool, { kind, ...about }), 2);
    const jobs = await listJobs(pool, { action: 'webhook' }, { start: 0, limit: 10 });
    assert.deepEqual(
      jobs.map(({ parameters }) => `${parameters['webhookID']} ${parameters['type']}`).toSorted(),
      [`${all} REPO_EVENT`, `${single[index]} ${kinds[kind]}`].toSorted(),
    );
    assert.equal(jobs[0]?.repository, 'acme/app');
  }
  assert.equal(await recordAudit(pool, { kind: 'WEBHOOK_CREATE', ...about }), 0);
});
