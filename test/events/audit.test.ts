import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withTransaction } from '../../database/transaction.ts';
import { recordAudit, type AuditEvent } from '../../events/audit.ts';
import { createTestDatabase } from '../support/postgres.ts';

const change: AuditEvent = {
  kind: 'TEAM_ACCESS_UPDATE',
  actor: { id: '00000000-0000-4000-8000-000000000001', name: 'ada', type: 'user', address: '192.0.2.1' },
  object: { id: 'team', name: 'readers' },
  namespace: 'acme',
  repository: 'app',
  details: { accessLevel: 'admin' },
};

test('an event has who, what, to what, from where and what came of it', async (t) => {
  const { pool } = await createTestDatabase(t);
  await recordAudit(pool, change);
  await recordAudit(pool, { ...change, outcome: 'failure', details: {} });
  const { rows } = await pool.query(
    `SELECT actor_id, actor, actor_type, address, kind, type, object_type, object_id, object_name, outcome, namespace,
            repository, contents, count FROM registry.events ORDER BY outcome DESC`,
  );
  const common = {
    actor_id: change.actor.id,
    actor: 'ada',
    actor_type: 'user',
    address: '192.0.2.1',
    kind: 'TEAM_ACCESS_UPDATE',
    type: 'UPDATE',
    object_type: 'TEAM_ACCESS',
    object_id: 'team',
    object_name: 'readers',
    namespace: 'acme',
    repository: 'app',
    count: 1,
  };
  assert.deepEqual(rows, [
    { ...common, outcome: 'success', contents: { accessLevel: 'admin' } },
    { ...common, outcome: 'failure', contents: {} },
  ]);
});

test('a change that is rolled back leaves no event', async (t) => {
  const { pool } = await createTestDatabase(t);
  await assert.rejects(
    withTransaction(pool, async (tx) => {
      await recordAudit(tx, change);
      throw new Error('no');
    }),
    /no/,
  );
  assert.equal((await pool.query('SELECT FROM registry.events')).rowCount, 0);
});
