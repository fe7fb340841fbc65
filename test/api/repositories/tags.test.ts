import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertMsrShape, type MsrDefinition } from '../msr-definitions.ts';
import { createOrganization } from '../../accounts/organization.ts';
import { startApi, type ApiResponse, type TestApi } from '../test-api.ts';

interface TagView {
  readonly name: string;
  readonly digest: string;
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

const path = '/api/v0/repositories/acme/app/tags';

/** `acme/app` with the image `one` under the tags `1` and `one`, and the index `many` of two images under `many`. */
async function start(t: Parameters<typeof startApi>[0]) {
  const api = await startApi(t);
  const { send } = await createOrganization(api);
  await api.pool.query(
    `INSERT INTO registry.manifests (repository_id, digest, media_type, config_digest, config_media_type, os,
                                     architecture, payload, image_size_bytes, pushed_by)
     SELECT r.id, v.* FROM registry.repositories r, (VALUES
       ('sha256:one', 'image', 'sha256:c', 'config', 'linux', 'amd64', ''::bytea, 1234, 'walt'),
       ('sha256:arm', 'image', 'sha256:d', 'config', 'linux', 'arm64', ''::bytea, 5, 'walt'),
       ('sha256:win', 'image', 'sha256:e', 'config', 'windows', 'amd64', ''::bytea, 6, 'walt'),
       ('sha256:many', 'index', NULL, NULL, '', '', ''::bytea, 0, 'walt'),
       ('sha256:untagged', 'image', NULL, NULL, '', '', ''::bytea, 0, 'walt')) v
     WHERE r.namespace = 'acme' AND r.name = 'app'`,
  );
  await api.pool.query(
    `INSERT INTO registry.manifest_children (parent_id, child_id)
     SELECT p.id, c.id FROM registry.manifests p, registry.manifests c
     WHERE p.digest = 'sha256:many' AND c.digest IN ('sha256:arm', 'sha256:win')`,
  );
  await api.pool.query(
    `INSERT INTO registry.tags (repository_id, name, manifest_id, author)
     SELECT m.repository_id, v.name, m.id, 'nora' FROM registry.manifests m
     JOIN (VALUES ('1', 'sha256:one'), ('one', 'sha256:one'), ('many', 'sha256:many')) v (name, digest)
       ON v.digest = m.digest`,
  );
  return { api, send };
}

function tagsOf(definition: MsrDefinition, response: ApiResponse): TagView[] {
  assert.equal(response.status, 200, response.text);
  const tags = response.json as TagView[];
  for (const tag of tags) assertMsrShape(definition, tag);
  return tags;
}

test('tags are listed in pages, with their manifests where asked for', async (t) => {
  const { send } = await start(t);
  const first = await send('rita', 'GET', `${path}?pageSize=2&count=true&domain=registry.example`);
  const [one, many] = tagsOf('responses.ListTag', first);
  assert.deepEqual([one?.name, many?.name], ['1', 'many']);
  assert.equal(one?.['author'], 'nora');
  assert.deepEqual(one?.manifest, { digest: 'sha256:one' });
  assert.equal(first.headers['x-resource-count'], '3');
  const next = String(first.headers['x-next-page-start']);
  const second = await send('rita', 'GET', `${path}?pageSize=2&includeManifests=true&pageStart=${next}`);
  const [last, ...more] = tagsOf('responses.ListTag', second);
  assert.deepEqual([last?.name, more.length, second.headers['x-next-page-start']], ['one', 0, undefined]);
  const { createdAt, ...manifest } = last?.manifest ?? {};
  assert.ok(createdAt);
  assert.deepEqual(manifest, {
    digest: 'sha256:one',
    mediaType: 'image',
    os: 'linux',
    architecture: 'amd64',
    author: 'walt',
    configDigest: 'sha256:c',
    configMediaType: 'config',
    size: 1234,
  });
  assert.deepEqual(tagsOf('responses.ListTag', await send('rita', 'GET', `${path}?pageStart=zzz`)), []);
  assert.equal((await send('rita', 'GET', `${path}?pageSize=0`)).outcome, '400 INVALID_PARAMETERS');
  assert.equal((await send('sue', 'GET', path)).outcome, '404 NO_SUCH_REPOSITORY');
});

test('a reference is a tag, an index with what is in it, or a digest with what names it', async (t) => {
  const { send } = await start(t);
  const found = async (reference: string) =>
    tagsOf('responses.Tag', await send('rita', 'GET', `${path}/${reference}`)).map(({ name, digest }) => [
      name,
      digest,
    ]);
  assert.deepEqual(await found('1'), [['1', 'sha256:one']]);
  assert.deepEqual(await found('many'), [
    ['many', 'sha256:arm'],
    ['many', 'sha256:win'],
  ]);
  assert.deepEqual(await found('many?os=windows'), [['many', 'sha256:win']]);
  assert.deepEqual(await found('many?os=&arch=arm64'), [['many', 'sha256:arm']]);
  assert.deepEqual(await found('many?arch=s390x'), []);
  assert.deepEqual(await found('sha256:one'), [
    ['1', 'sha256:one'],
    ['one', 'sha256:one'],
  ]);
  assert.deepEqual(await found('sha256:untagged'), []);
  for (const reference of ['none', 'sha256:none', 'a%2Fb', '%2e']) {
    const response = await send('rita', 'GET', `${path}/${reference}`);
    assert.equal(response.outcome, '404 NO_SUCH_REF', reference);
  }
});

test('a tag is deleted by whoever may, and webhooks and caches hear of it', async (t) => {
  const { api, send } = await start(t);
  assert.equal((await send('rita', 'DELETE', `${path}/1`)).outcome, '403 NOT_AUTHORIZED');
  await api.send('POST', '/api/v0/webhooks', {
    body: { type: 'TAG_DELETE', key: 'acme/app', endpoint: 'https://192.0.2.1/' },
  });
  api.wakeUps.length = 0;
  assert.equal((await send('walt', 'DELETE', `${path}/1?domain=x`)).status, 204);
  assert.deepEqual(api.wakeUps, ['dispatcher', 'caches']);
  const { rows } = await api.pool.query<{ actor: string; tag: string }>(
    `SELECT actor, contents ->> 'tag' AS tag FROM registry.events WHERE kind = 'TAG_DELETE'`,
  );
  assert.deepEqual(rows, [{ actor: 'walt', tag: '1' }]);
  assert.equal((await send('walt', 'DELETE', `${path}/1`)).outcome, '404 NO_SUCH_TAG');
  assert.equal((await send('walt', 'GET', `${path}/sha256:one`)).status, 200);
});

/** The repositories that are left. */
async function repositoriesOf({ pool }: TestApi): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT namespace || '/' || name AS name FROM registry.repositories WHERE deleted_at IS NULL ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

test('an account goes with all of its repositories, but the last administrator stays', async (t) => {
  const { api, send } = await start(t);
  await api.pool.query(
    `INSERT INTO registry.repositories (namespace, name) SELECT 'acme', 'r' || i FROM generate_series(1, 150) i`,
  );
  assert.equal((await send('admin', 'DELETE', '/api/v0/accounts/acme')).status, 204);
  assert.deepEqual(await repositoriesOf(api), ['sue/app']);
  assert.equal((await send('admin', 'GET', '/enzi/v0/accounts/acme')).outcome, '404 NO_SUCH_ACCOUNT');
  await send('admin', 'POST', '/api/v0/repositories/admin', { name: 'app' });
  assert.equal((await send('admin', 'DELETE', '/api/v0/accounts/admin')).outcome, '409 LAST_ADMIN');
  assert.deepEqual(await repositoriesOf(api), ['admin/app', 'sue/app']);
});

test('an immutable tag goes only where an administrator of the repository says so', async (t) => {
  const { api, send } = await start(t);
  const patch = (immutableTags: boolean) => send('nora', 'PATCH', '/api/v0/repositories/acme/app', { immutableTags });
  await patch(true);
  for (const who of ['walt', 'nora', 'admin'] as const) {
    const refused = await send(who, 'DELETE', `${path}/1`);
    assert.equal(refused.outcome, '409 TAG_IMMUTABLE', who);
    assert.match(
      refused.message,
      /the tag 1 cannot be deleted, .* immutableTags off, .*\/acme\/app\/tags\/1\?force=true$/,
    );
  }
  const manifests = '/api/v0/repositories/acme/app/manifests';
  const digest = `sha256:${'a'.repeat(64)}`;
  await api.pool.query(`UPDATE registry.manifests SET digest = $1 WHERE digest = 'sha256:arm'`, [digest]);
  for (const reference of ['1', 'many', digest]) {
    const refused = await send('admin', 'DELETE', `${manifests}/${reference}`);
    assert.equal(refused.outcome, '409 TAG_IMMUTABLE', `manifest ${reference}`);
  }
  assert.equal((await send('walt', 'DELETE', `${path}/1?force=true`)).outcome, '403 NOT_AUTHORIZED');
  assert.equal((await send('walt', 'DELETE', `${path}/none`)).outcome, '404 NO_SUCH_TAG');
  assert.equal((await send('nora', 'DELETE', `${path}/1?force=true`)).status, 204);
  assert.equal((await send('nora', 'DELETE', `${path}/1?force=true`)).outcome, '404 NO_SUCH_TAG');
  assert.equal((await patch(false)).status, 200);
  assert.equal((await send('walt', 'DELETE', `${path}/one?force=false`)).status, 204);
  // Who may not delete the repository cannot get around it that way either.
  await patch(true);
  assert.equal((await send('walt', 'PATCH', '/api/v0/repositories/acme/app', { immutableTags: false })).status, 403);
  assert.equal((await send('walt', 'DELETE', '/api/v0/repositories/acme/app')).status, 403);
  const { rows } = await api.pool.query('SELECT name FROM registry.tags');
  assert.deepEqual(rows, [{ name: 'many' }]);
});
