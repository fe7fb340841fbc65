import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { reviewManifestPage } from '../../../registry/collection/collect-manifests.ts';
import { emptyDeletedPage } from '../../../registry/repositories/delete-repository.ts';
import {
  eventually,
  indexType,
  pushImage,
  pushLayers,
  putManifest,
  startRegistry,
  type TestRegistry,
  type TestResponse,
} from '../test-registry.ts';

const name = 'admin/app';
const root = path.join(import.meta.dirname, '../../..');

function outcome({ status, code }: TestResponse): string {
  return `${status} ${code}`;
}

async function contentsOf(registry: TestRegistry): Promise<unknown> {
  const { rows } = await registry.pool.query(
    `SELECT t.name, m.digest, (SELECT count(*) FROM registry.manifest_children c WHERE c.parent_id = m.id) AS children
     FROM registry.tags t JOIN registry.manifests m ON m.id = t.manifest_id ORDER BY t.name`,
  );
  return rows;
}

/** The image `1`; the index `deep` of an index of an image without a tag; `free` without a tag. */
async function start(t: TestContext) {
  const registry = await startRegistry(t);
  const image = await pushImage(registry, name, '1');
  const child = await pushLayers(registry, name);
  await putManifest(registry, name, child.digest, child.manifest);
  const inner = JSON.stringify({
    schemaVersion: 2,
    manifests: [{ mediaType: indexType, digest: child.digest, size: child.manifest.length }],
  });
  const innerPut = await putManifest(registry, name, 'inner', inner, indexType);
  const innerDigest = String(innerPut.headers['docker-content-digest']);
  const outer = JSON.stringify({
    schemaVersion: 2,
    manifests: [{ mediaType: indexType, digest: innerDigest, size: inner.length }],
  });
  assert.equal((await putManifest(registry, name, 'deep', outer, indexType)).status, 201);
  assert.equal((await registry.send('DELETE', `/v2/${name}/manifests/inner`)).status, 202);
  const other = await pushLayers(registry, name);
  await putManifest(registry, name, other.digest, other.manifest);
  await registry.pool.query('UPDATE registry.repositories SET immutable_tags = true, tag_limit = 1');
  return { registry, image, child, innerDigest, other };
}

test('an immutable tag neither moves nor goes, on any path', async (t) => {
  const { registry, image, child, innerDigest, other } = await start(t);
  const before = await contentsOf(registry);
  const put = (reference: string) => putManifest(registry, name, reference, other.manifest);
  const remove = (reference: string) => registry.send('DELETE', `/v2/${name}/manifests/${reference}`);

  const paths: readonly (readonly [string, () => Promise<TestResponse>, string])[] = [
    ['PUT under the tag', () => put('1'), '403 DENIED'],
    ['PUT by digest with the tag as parameter', () => put(`${other.digest}?tag=new&tag=1`), '403 DENIED'],
    ['PUT under another tag, beyond the tag limit', () => put('2'), '201 '],
    ['DELETE of the tag', () => remove('1'), '405 DENIED'],
    ['DELETE of the manifest', () => remove(image.digest), '405 DENIED'],
    ['DELETE of a manifest in an index', () => remove(innerDigest), '405 DENIED'],
    ['DELETE of a manifest in an index in an index', () => remove(child.digest), '405 DENIED'],
    ['DELETE of a blob', () => registry.send('DELETE', `/v2/${name}/blobs/${image.layers[0]}`), '405 UNSUPPORTED'],
  ];
  for (const [what, attack, expected] of paths) assert.equal(outcome(await attack()), expected, what);
  const refused = await remove('1');
  assert.equal(refused.headers.allow, 'GET, HEAD, PUT');
  assert.match(refused.message, /tags of admin\/app are immutable: an administrator .*\?force=true$/);

  // Garbage collection of manifests, with everything due at once.
  await registry.pool.query(`UPDATE registry.repositories SET untagged_grace = '0s'`);
  await registry.pool.query(`INSERT INTO registry.manifest_reviews (manifest_id, review_after, event)
    SELECT id, now(), 'test' FROM registry.manifests
    ON CONFLICT (manifest_id) DO UPDATE SET review_after = now(), since = now() - interval '1 day'`);
  await reviewManifestPage(registry.pool, 100, { actor: 'test', at: new Date(), host: 'test' });
  // Emptying of deleted repositories, of which there is none.
  assert.equal((await emptyDeletedPage(registry.pool, 100)).hasMore, false);

  await registry.pool.query(`DELETE FROM registry.tags WHERE name = '2'`);
  assert.deepEqual(await contentsOf(registry), before);
  assert.deepEqual(registry.errors, []);
});

test('where tags are not immutable any more, everything goes', async (t) => {
  const { registry, child, image } = await start(t);
  await registry.pool.query('UPDATE registry.repositories SET immutable_tags = false');
  for (const reference of [child.digest, '1', image.digest, 'deep']) {
    assert.equal(outcome(await registry.send('DELETE', `/v2/${name}/manifests/${reference}`)), '202 ', reference);
  }
  assert.deepEqual(await contentsOf(registry), []);
});

test('a push that began before tags became immutable does not enforce the tag limit after', async (t) => {
  const { registry, other } = await start(t);
  await registry.pool.query('UPDATE registry.repositories SET immutable_tags = false');
  await using holder = await registry.pool.connect().then((client) => ({
    client,
    [Symbol.asyncDispose]: async () => client.release(),
  }));
  // The push has read the repository, and waits for the row of its tag.
  await holder.client.query('BEGIN');
  await holder.client.query(
    `INSERT INTO registry.tags (repository_id, name, manifest_id, author)
     SELECT repository_id, 'late', id, 'x' FROM registry.manifests WHERE digest = $1`,
    [other.digest],
  );
  const pushing = putManifest(registry, name, 'late', other.manifest);
  await eventually(async () => {
    const { rowCount } = await registry.pool.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rowCount === 1;
  });
  await registry.pool.query('UPDATE registry.repositories SET immutable_tags = true');
  await holder.client.query('COMMIT');
  assert.equal((await pushing).status, 201);
  const { rows } = await registry.pool.query<{ name: string }>('SELECT name FROM registry.tags ORDER BY name');
  assert.deepEqual(
    rows.map((row) => row.name),
    ['1', 'deep', 'late'],
  );
});

// Every statement that moves or removes tags, or manifests, with which tags go, and why immutable ones stay.
const writers: Readonly<Record<string, string>> = {
  'registry/manifests/tags.ts: INSERT INTO registry.tags': 'moves none that is immutable',
  'registry/manifests/tags.ts: DELETE FROM registry.tags': 'the tag limit, which does not hold for immutable ones',
  'registry/manifests/manifests.ts: DELETE FROM registry.tags': 'by tag and by digest: refused',
  'registry/manifests/manifests.ts: DELETE FROM registry.manifests': 'by digest: refused',
  'registry/collection/collect-manifests.ts: DELETE FROM registry.manifests':
    'what no tag names, nor an index that one names',
  'registry/repositories/delete-repository.ts: DELETE FROM registry.tags':
    'a repository that was deleted, which only its administrators may do',
};

test('every statement that takes tags away is known here', async () => {
  const found = new Set<string>();
  for await (const file of glob(
    '{accounts,activities,api,database,events,jobs,registry,server,settings,workers}/**/*.ts',
    {
      cwd: root,
    },
  )) {
    const text = await readFile(path.join(root, file), 'utf8');
    for (const [statement] of text.matchAll(
      /(?:DELETE FROM|UPDATE|TRUNCATE|INSERT INTO) registry\.(?:tags|manifests)\b/g,
    )) {
      if (statement !== 'INSERT INTO registry.manifests') found.add(`${file}: ${statement}`);
    }
  }
  assert.deepEqual([...found].sort(), Object.keys(writers).sort());
});
