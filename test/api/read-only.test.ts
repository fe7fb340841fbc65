import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { servedRoutes } from '../security/served-routes.ts';
import { createOrganization } from '../accounts/organization.ts';
import { startApi, type TestApi } from './test-api.ts';

/** The API with `acme/app`, which has an image under the tag `1`. */
async function start(t: TestContext): Promise<TestApi> {
  const api = await startApi(t);
  await createOrganization(api);
  await api.pool.query(
    `WITH blob AS (INSERT INTO registry.blobs (digest, size_bytes, storage_key) VALUES ('sha256:b', 1, 'key') RETURNING id),
     manifest AS (
       INSERT INTO registry.manifests (repository_id, digest, media_type, payload, pushed_by)
       SELECT id, 'sha256:m', 'image', '', 'admin' FROM registry.repositories WHERE namespace = 'acme' AND name = 'app'
       RETURNING id, repository_id),
     linked AS (INSERT INTO registry.repository_blobs (repository_id, blob_id) SELECT m.repository_id, b.id FROM manifest m, blob b)
     INSERT INTO registry.tags (repository_id, name, manifest_id, author) SELECT repository_id, '1', id, 'admin' FROM manifest`,
  );
  return api;
}

/** What is in repositories, and that they are there, as one text. */
async function contentOf({ pool }: TestApi): Promise<string> {
  const { rows } = await pool.query<{ content: string }>(
    `SELECT string_agg(line, E'\\n' ORDER BY line) AS content FROM (
       SELECT 'repository ' || namespace || '/' || name FROM registry.repositories WHERE deleted_at IS NULL
       UNION ALL SELECT 'tag ' || repository_id || name || manifest_id FROM registry.tags
       UNION ALL SELECT 'manifest ' || digest FROM registry.manifests
       UNION ALL SELECT 'link ' || repository_id || ' ' || blob_id FROM registry.repository_blobs
       UNION ALL SELECT 'blob ' || digest FROM registry.blobs
       UNION ALL SELECT 'account ' || name || is_active FROM accounts.accounts WHERE is_org) AS lines (line)`,
  );
  return rows[0]?.content ?? '';
}

const setReadOnly = async ({ send }: TestApi, readOnlyRegistry: boolean): Promise<void> => {
  const { status, text } = await send('POST', '/api/v0/meta/settings', { body: { readOnlyRegistry } });
  assert.ok(status < 300, text);
};

test('read-only, no route of the API takes content away, and all others go on', async (t) => {
  const api = await start(t);
  const refused = [
    'DELETE /api/v0/accounts/:namespace',
    'DELETE /api/v0/accounts/:namespace/repositories',
    'DELETE /api/v0/repositories/:namespace/:reponame',
    'DELETE /api/v0/repositories/:namespace/:reponame/manifests/:reference',
    'DELETE /api/v0/repositories/:namespace/:reponame/tags/:reference',
  ];
  await setReadOnly(api, true);
  const before = await contentOf(api);
  const found: string[] = [];
  for (const { method, template, path } of servedRoutes(api, 'writing')) {
    // By which it is switched off.
    if (template === '/api/v0/meta/settings') continue;
    const { outcome, message } = await api.send(method, path, method === 'DELETE' ? {} : { body: {} });
    if (outcome === '409 REGISTRY_READ_ONLY') {
      found.push(`${method} ${template}`);
      assert.match(message, /readOnlyRegistry/);
    }
    assert.equal(await contentOf(api), before, `${method} ${template}: ${outcome}`);
  }
  assert.deepEqual(found.toSorted(), refused);
  const forced = await api.send('DELETE', '/api/v0/repositories/acme/app/tags/1?force=true');
  assert.equal(forced.outcome, '409 REGISTRY_READ_ONLY');

  // What is no content.
  const made = await api.send('POST', '/api/v0/repositories/acme', { body: { name: 'new' } });
  assert.equal(made.status, 201);
  const changed = await api.send('PATCH', '/api/v0/repositories/acme/app', { body: { shortDescription: 'x' } });
  assert.equal(changed.status, 200);
  const listed = await api.send('GET', '/api/v0/repositories/acme/app/tags');
  assert.equal(listed.status, 200);

  await setReadOnly(api, false);
  assert.equal((await api.send('DELETE', '/api/v0/repositories/acme/app/tags/1')).status, 204);
  assert.equal((await api.send('DELETE', '/api/v0/repositories/acme/app')).status, 204);
  assert.notEqual(await contentOf(api), before);
});
