import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findDeliveredEvent } from '../../activities/webhook-event.ts';
import { sampleContents } from '../../api/events/webhook-samples.ts';
import { recordAudit } from '../../events/audit.ts';
import { repositoryWebhookType, type EventKind } from '../../events/event-kinds.ts';
import { deleteRepository } from '../../registry/repositories/delete-repository.ts';
import { createTestDatabase } from '../support/postgres.ts';

test('an event of a repository itself is told with the repository, unless that is gone', async (t) => {
  const { pool } = await createTestDatabase(t);
  await pool.query(`INSERT INTO accounts.accounts (name) VALUES ('ada')`);
  const make = async (): Promise<string> => {
    const { rows } = await pool.query<{ id: string }>(
      `INSERT INTO registry.repositories (namespace, name, short_description) VALUES ('ada', 'app', 'mine')
       RETURNING public_id AS id`,
    );
    return rows[0]?.id ?? '';
  };
  const id = await make();
  const record = async (kind: EventKind): Promise<string> => {
    await pool.query('DELETE FROM registry.events');
    const actor = { id: null, name: 'ada', type: 'user', address: '192.0.2.1' } as const;
    const about = { object: { id, name: 'ada/app' }, namespace: 'ada', repository: 'app', details: { changed: ['x'] } };
    await recordAudit(pool, { kind, actor, ...about });
    const { rows } = await pool.query<{ id: string }>('SELECT id FROM registry.events');
    return rows[0]?.id ?? '';
  };
  const contentsOf = async (kind: EventKind) =>
    (await findDeliveredEvent(pool, await record(kind)))?.contents as Record<string, unknown>;

  for (const kind of ['REPOSITORY_CREATE', 'REPOSITORY_UPDATE'] as const) {
    const { data, ...contents } = await contentsOf(kind);
    const type = repositoryWebhookType(kind);
    assert.deepEqual(contents, { namespace: 'ada', repository: 'app', event: type, author: 'ada' });
    const { id: told, name, shortDescription } = data as Record<string, unknown>;
    assert.deepEqual([told, name, shortDescription], [id, 'app', 'mine']);
    const sample = sampleContents(type ?? 'REPO_EVENT', 'ada', 'registry.example');
    assert.deepEqual(Object.keys(sample), [...Object.keys(contents), 'data'], 'samples have the same form');
    assert.deepEqual(Object.keys(sample['data'] as object).toSorted(), Object.keys(data as object).toSorted());
  }
  await deleteRepository(pool, { namespace: 'ada', name: 'app', requestedBy: 'ada' });
  assert.equal((await contentsOf('REPOSITORY_DELETE'))['data'], null);
  await make();
  assert.equal((await contentsOf('REPOSITORY_DELETE'))['data'], null, 'another repository has the name now');
  assert.equal(await findDeliveredEvent(pool, '00000000-0000-4000-8000-000000000000'), undefined);
});
