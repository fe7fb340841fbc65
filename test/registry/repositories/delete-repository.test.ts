import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'node:test';
import { countReadable, listReadable } from '../../../registry/repositories/readable-repositories.ts';
import { deleteRepository, emptyDeletedPage } from '../../../registry/repositories/delete-repository.ts';
import { pushImage, startRegistry, type TestRegistry } from '../test-registry.ts';

const app = { namespace: 'admin', name: 'app', requestedBy: 'admin' };

async function countRows(registry: TestRegistry, table: string): Promise<number> {
  const { rows } = await registry.pool.query<{ count: number }>(`SELECT count(*) AS count FROM registry.${table}`);
  return rows[0]?.count ?? -1;
}

/** Takes deleted repositories away in pages; gives how many there were. */
async function emptyAll(registry: TestRegistry, limit: number): Promise<number> {
  for (let pages = 0; ; pages++) if (!(await emptyDeletedPage(registry.pool, limit)).hasMore) return pages;
}

test('a repository is gone at once, and its name free; a job takes away what was in it, page by page', async (t) => {
  const registry = await startRegistry(t);
  const images = [await pushImage(registry, 'admin/app', '1'), await pushImage(registry, 'admin/app', '2')];
  const other = await pushImage(registry, 'admin/other', '1');
  assert.equal((await registry.send('POST', '/v2/admin/app/blobs/uploads/')).status, 202);
  await registry.pool.query('DELETE FROM registry.blob_reviews');
  assert.equal(await deleteRepository(registry.pool, app), true);
  assert.equal(await deleteRepository(registry.pool, app), false);

  assert.equal((await registry.send('GET', '/v2/admin/app/tags/list')).code, 'NAME_UNKNOWN');
  assert.equal((await registry.send('GET', `/v2/admin/app/manifests/${images[0]?.digest}`)).status, 404);
  assert.equal((await registry.send('HEAD', `/v2/admin/app/blobs/${images[0]?.layers[0]}`)).status, 404);
  const page = { limit: 10, from: { namespace: '', name: '' }, isInclusive: true };
  assert.deepEqual(
    (await listReadable(registry.pool, 'all', page)).map(({ name }) => name),
    ['other'],
  );
  assert.equal(await countReadable(registry.pool, 'all', undefined), 1);
  const { rows: jobs } = await registry.pool.query('SELECT action, repository, trigger FROM jobs.jobs');
  assert.deepEqual(jobs, [{ action: 'onlinegc_metadata', repository: 'admin/app', trigger: 'event' }]);

  const fresh = await pushImage(registry, 'admin/app', '1');
  assert.ok((await emptyAll(registry, 1)) >= 8, 'pages are of one row');
  for (const [name, digest] of [['app', fresh.digest] as const, ['other', other.digest] as const]) {
    assert.equal((await registry.send('GET', `/v2/admin/${name}/manifests/${digest}`)).status, 200);
  }
  const left = ['repositories', 'manifests', 'tags', 'uploads', 'expired_uploads'];
  assert.deepEqual(await Promise.all(left.map((table) => countRows(registry, table))), [2, 2, 2, 0, 1]);
  const { rows: reviewed } = await registry.pool.query<{ digest: string }>(
    `SELECT b.digest FROM registry.blob_reviews v JOIN registry.blobs b ON b.id = v.blob_id
     WHERE v.event = 'manifest_delete'`,
  );
  assert.deepEqual(
    reviewed.map(({ digest }) => digest).toSorted(),
    images.flatMap(({ layers }) => layers).toSorted(),
    'configs and layers of the repository are up for review, those of others are not',
  );
  const { rows: events } = await registry.pool.query<{ count: number }>(
    `SELECT count(*) AS count FROM registry.events WHERE repository = 'app' AND object_type <> 'REPOSITORY'`,
  );
  assert.equal(events[0]?.count, 2, 'what the new repository of the name has seen');
});

test('a push that began before the deletion, and ends after it, leaves nothing behind', async (t) => {
  const registry = await startRegistry(t);
  await pushImage(registry, 'admin/app', '1');
  // A push looks its repository up first.
  await deleteRepository(registry.pool, app);
  const push = await registry.pool.connect();
  try {
    await push.query('BEGIN');
    const { rowCount } = await push.query(
      `INSERT INTO registry.manifests (repository_id, digest, media_type, payload, pushed_by)
       SELECT id, 'sha256:late', 'application/json', '', 'admin' FROM registry.repositories`,
    );
    assert.equal(rowCount, 1);
    const emptying = emptyAll(registry, 10);
    await delay(200);
    await push.query('COMMIT');
    await emptying;
  } finally {
    push.release();
  }
  assert.equal(await countRows(registry, 'manifests'), 0);
  assert.equal(await countRows(registry, 'repositories'), 0);
});

test('an event that a webhook has still to tell is left where it is', async (t) => {
  const registry = await startRegistry(t);
  await registry.pool.query(
    `INSERT INTO registry.webhooks (type, key, endpoint, author_id)
     SELECT 'TAG_PUSH', 'admin', 'https://example.test/', id FROM accounts.accounts WHERE name = 'admin'`,
  );
  await pushImage(registry, 'admin/app', '1');
  await deleteRepository(registry.pool, app);
  await emptyAll(registry, 100);
  const { rows } = await registry.pool.query(
    `SELECT kind AS type FROM registry.events WHERE object_type <> 'REPOSITORY'`,
  );
  assert.deepEqual(rows, [{ type: 'TAG_PUSH' }]);
  assert.equal(await countRows(registry, 'repositories'), 0);
});
