import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fullAccess, indexType, randomBlob, startRegistry, type TestRegistry } from '../test-registry.ts';

const manifest = JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: [] });

/** Both ways in which a push begins, by an account whose token permits everything. */
async function push(registry: TestRegistry, subject: string, name: string): Promise<string[]> {
  const access = fullAccess(name);
  const upload = await registry.send('POST', `/v2/${name}/blobs/uploads/?digest=${randomBlob().digest}`, {
    access,
    subject,
  });
  const put = await registry.send('PUT', `/v2/${name}/manifests/1`, {
    access,
    subject,
    body: manifest,
    headers: { 'Content-Type': indexType },
  });
  return [`${upload.status} ${upload.code}`, `${put.status} ${put.code}`];
}

async function repositoriesOf({ pool }: TestRegistry): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT namespace || '/' || name AS name FROM registry.repositories ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

test('a token for pushes is not enough to make a repository in the namespace of others', async (t) => {
  const registry = await startRegistry(t);
  assert.deepEqual(await push(registry, 'ada', 'acme/app'), ['403 DENIED', '403 DENIED']);
  assert.deepEqual(await push(registry, '', 'acme/app'), ['403 DENIED', '403 DENIED']);
  assert.deepEqual(await repositoriesOf(registry), []);
  await push(registry, 'ada', 'ada/app');
  assert.deepEqual(await repositoriesOf(registry), ['ada/app']);
  const { rows } = await registry.pool.query(
    `SELECT kind, actor, actor_id IS NOT NULL AS "isKnown", address, object_name AS name, contents
     FROM registry.events WHERE kind LIKE 'REPOSITORY%' OR kind = 'MANIFEST_PUSH' ORDER BY published_at`,
  );
  const by = { actor: 'ada', isKnown: true };
  const [creation, put, ...more] = rows as Record<string, unknown>[];
  const address = creation?.['address'];
  assert.match(String(address), /127\.0\.0\.1$/);
  assert.deepEqual(creation, {
    kind: 'REPOSITORY_CREATE',
    ...by,
    address,
    name: 'ada/app',
    contents: { visibility: 'private', by: 'push' },
  });
  assert.deepEqual(
    [put?.['kind'], put?.['actor'], put?.['address'], more.length],
    ['MANIFEST_PUSH', 'ada', address, 0],
  );
});

test('where pushes make no repositories, they go to those that are there', async (t) => {
  const registry = await startRegistry(t, { createsOnPush: false });
  assert.deepEqual(await push(registry, 'admin', 'ada/app'), ['404 NAME_UNKNOWN', '404 NAME_UNKNOWN']);
  assert.deepEqual(await repositoriesOf(registry), []);
  await registry.pool.query(`INSERT INTO registry.repositories (namespace, name) VALUES ('ada', 'app')`);
  const started = await registry.send('POST', '/v2/ada/app/blobs/uploads/', { subject: 'ada' });
  assert.equal(started.status, 202);
});
