import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { reviewPage } from '../../../registry/collection/collect-blobs.ts';
import {
  type ManifestPage,
  previewManifestPage,
  reviewManifestPage,
} from '../../../registry/collection/collect-manifests.ts';
import {
  imageType,
  indexType,
  pushImage,
  pushLayers,
  putManifest,
  sha256,
  startRegistry,
  type TestImage,
  type TestRegistry,
} from '../test-registry.ts';

const name = 'admin/app';
const context = { actor: 'gc', at: new Date(), host: 'registry.example' };

/** A registry in which everything is due at once, and no repository keeps anything. */
async function startHastyRegistry(t: TestContext): Promise<TestRegistry> {
  const registry = await startRegistry(t);
  await registry.pool.query(`UPDATE registry.gc_settings SET review_delay = '0', blob_lease = '0'`);
  await registry.pool.query(`ALTER TABLE registry.repositories ALTER COLUMN untagged_grace SET DEFAULT '0'`);
  return registry;
}

/** Pushes an image by digest alone. */
async function pushUntagged(registry: TestRegistry): Promise<TestImage> {
  const image = await pushLayers(registry, name);
  assert.equal((await putManifest(registry, name, image.digest, image.manifest)).status, 201);
  return image;
}

async function pushIndex(registry: TestRegistry, reference: string, images: readonly TestImage[]): Promise<string> {
  const index = JSON.stringify({
    schemaVersion: 2,
    mediaType: indexType,
    manifests: images.map(({ digest, manifest }) => ({ mediaType: imageType, digest, size: manifest.length })),
  });
  const response = await putManifest(registry, name, reference, index, indexType);
  assert.equal(response.status, 201, response.message);
  return sha256(index);
}

async function pushReferrer(registry: TestRegistry, subject: TestImage): Promise<TestImage> {
  const layers = await pushLayers(registry, name);
  const manifest = JSON.stringify({
    ...(JSON.parse(layers.manifest) as object),
    artifactType: 'application/vnd.example.signature',
    subject: { mediaType: imageType, digest: subject.digest, size: subject.manifest.length },
  });
  const digest = sha256(manifest);
  assert.equal((await putManifest(registry, name, digest, manifest)).status, 201);
  return { ...layers, manifest, digest };
}

/** Runs pages until nothing more is due. */
async function collect(registry: TestRegistry): Promise<string[]> {
  const gone: string[] = [];
  for (let page: ManifestPage; ;) {
    page = await reviewManifestPage(registry.pool, 10, context);
    gone.push(...page.unneeded.map(({ digest }) => digest));
    if (page.reviewed === 0) return gone.toSorted();
  }
}

async function exists(registry: TestRegistry, digest: string): Promise<boolean> {
  const { rowCount } = await registry.pool.query('SELECT FROM registry.manifests WHERE digest = $1', [digest]);
  return rowCount === 1;
}

async function isReviewed(registry: TestRegistry, digest: string): Promise<string | undefined> {
  const { rows } = await registry.pool.query<{ event: string }>(
    `SELECT v.event FROM registry.manifest_reviews v JOIN registry.manifests m ON m.id = v.manifest_id WHERE m.digest = $1`,
    [digest],
  );
  return rows[0]?.event;
}

test('what is pushed under a tag needs no review; each way to lose the last need of a manifest makes one', async (t) => {
  const registry = await startHastyRegistry(t);
  const { send } = registry;
  const moved = await pushImage(registry, name, 'moved');
  assert.equal(await isReviewed(registry, moved.digest), undefined);
  await pushImage(registry, name, 'moved');
  assert.equal(await isReviewed(registry, moved.digest), 'tag_move');

  const untagged = await pushImage(registry, name, 'untagged');
  await send('DELETE', `/v2/${name}/manifests/untagged`);
  assert.equal(await isReviewed(registry, untagged.digest), 'tag_delete');

  const child = await pushUntagged(registry);
  assert.equal(await isReviewed(registry, child.digest), 'manifest_upload');
  const index = await pushIndex(registry, 'index', [child]);
  const referrer = await pushReferrer(registry, child);
  assert.deepEqual(await collect(registry), [moved.digest, untagged.digest].toSorted());
  assert.equal(await isReviewed(registry, child.digest), undefined, 'an index needs it');
  assert.equal(await isReviewed(registry, referrer.digest), undefined, 'its subject is there');

  await send('DELETE', `/v2/${name}/manifests/${index}`);
  assert.equal(await isReviewed(registry, child.digest), 'index_delete');
  await send('DELETE', `/v2/${name}/manifests/${child.digest}`);
  assert.equal(await isReviewed(registry, referrer.digest), 'subject_delete');
  assert.deepEqual(await collect(registry), [referrer.digest]);
});

test('an index that is no longer needed goes, then its children, then their referrers, then their blobs', async (t) => {
  const registry = await startHastyRegistry(t);
  const child = await pushUntagged(registry);
  const index = await pushIndex(registry, '1', [child]);
  const referrer = await pushReferrer(registry, child);
  const tagged = await pushImage(registry, name, 'other');
  assert.deepEqual(await collect(registry), []);
  await registry.send('DELETE', `/v2/${name}/manifests/1`);
  assert.deepEqual(await collect(registry), [index, child.digest, referrer.digest].toSorted());
  assert.equal(await exists(registry, tagged.digest), true);
  const blobs = await reviewPage(registry.pool, 100);
  assert.deepEqual(
    blobs.orphans.map(({ digest }) => digest).toSorted(),
    [...new Set([...child.layers, ...referrer.layers])].toSorted(),
  );
  const { rows: events } = await registry.pool.query(
    `SELECT actor, contents->>'digest' AS digest FROM registry.events WHERE kind = 'MANIFEST_DELETE'
     ORDER BY published_at`,
  );
  assert.deepEqual(
    events,
    [index, child.digest, referrer.digest].map((digest) => ({ actor: 'gc', digest })),
  );
});

test('a repository keeps what its settings say, and until its grace is over', async (t) => {
  const registry = await startHastyRegistry(t);
  const [image, subject] = [await pushUntagged(registry), await pushImage(registry, name, '1')];
  const referrer = await pushReferrer(registry, subject);
  await registry.send('DELETE', `/v2/${name}/manifests/${subject.digest}`);
  async function review(settings: string): Promise<{ gone: string[]; kept: number; inHours: number[] }> {
    await registry.pool.query(`UPDATE registry.repositories SET ${settings}`);
    await registry.pool.query(`UPDATE registry.manifest_reviews SET review_after = now()`);
    const page = await reviewManifestPage(registry.pool, 10, context);
    const { rows } = await registry.pool.query<{ inHours: number }>(
      `SELECT round(extract(epoch FROM review_after - now()) / 3600)::int AS "inHours" FROM registry.manifest_reviews`,
    );
    return {
      gone: page.unneeded.map(({ digest }) => digest),
      kept: page.kept,
      inHours: rows.map(({ inHours }) => inHours),
    };
  }
  assert.deepEqual(await review(`untagged_grace = '3 hours'`), { gone: [], kept: 2, inHours: [3, 3] });
  assert.deepEqual(await review(`untagged_grace = '3 days'`), { gone: [], kept: 2, inHours: [24, 24] });
  const keeps = `untagged_grace = '0', untagged_manifests = 'keep', orphaned_referrers = 'keep'`;
  assert.deepEqual(await review(keeps), { gone: [], kept: 2, inHours: [24, 24] });
  assert.deepEqual(await review(`orphaned_referrers = 'delete'`), { gone: [referrer.digest], kept: 1, inHours: [24] });
  assert.deepEqual(await review(`untagged_manifests = 'delete'`), { gone: [image.digest], kept: 0, inHours: [] });
});

test('a dry run tells the same, page by page, and changes nothing', async (t) => {
  const registry = await startHastyRegistry(t);
  const images = [await pushUntagged(registry), await pushUntagged(registry), await pushUntagged(registry)];
  const first = await previewManifestPage(registry.pool, 2);
  const second = await previewManifestPage(registry.pool, 2, first.nextCursor);
  assert.deepEqual(
    [...first.unneeded, ...second.unneeded].map(({ digest }) => digest),
    images.map(({ digest }) => digest),
  );
  assert.equal(second.nextCursor, undefined);
  assert.deepEqual(await collect(registry), images.map(({ digest }) => digest).toSorted());
});

test('a pusher that was told of a manifest finds it when it puts an index; a puller is told without a lease', async (t) => {
  const registry = await startHastyRegistry(t);
  await registry.pool.query(`UPDATE registry.gc_settings SET blob_lease = '1 hour'`);
  const pull = { access: [{ type: 'repository' as const, name, actions: ['pull'] }] };
  const ways: readonly [string, (image: TestImage) => Promise<number>][] = [
    ['HEAD', async ({ digest }) => (await registry.send('HEAD', `/v2/${name}/manifests/${digest}`)).status],
    ['GET', async ({ digest }) => (await registry.send('GET', `/v2/${name}/manifests/${digest}`)).status],
    ['PUT', async ({ digest, manifest }) => (await putManifest(registry, name, digest, manifest)).status],
  ];
  for (const [way, ask] of ways) {
    const image = await pushUntagged(registry);
    await registry.pool.query('UPDATE registry.manifest_reviews SET review_after = now()');
    assert.ok((await ask(image)) < 300, way);
    assert.deepEqual(await collect(registry), [], way);
    await pushIndex(registry, way, [image]);
  }
  const image = await pushUntagged(registry);
  await registry.pool.query('UPDATE registry.manifest_reviews SET review_after = now()');
  assert.equal((await registry.send('HEAD', `/v2/${name}/manifests/${image.digest}`, pull)).status, 200);
  assert.deepEqual(await collect(registry), [image.digest]);
});

test('a pusher that asked by tag, which is then moved, still finds the manifest', async (t) => {
  const registry = await startHastyRegistry(t);
  await registry.pool.query(`UPDATE registry.gc_settings SET blob_lease = '1 hour'`);
  const image = await pushImage(registry, name, '1');
  assert.equal((await registry.send('HEAD', `/v2/${name}/manifests/1`)).status, 200);
  await pushImage(registry, name, '1');
  assert.deepEqual(await collect(registry), []);
  await pushIndex(registry, 'index', [image]);
});

test('a lease is written once, not with every request', async (t) => {
  const registry = await startHastyRegistry(t);
  await registry.pool.query(`UPDATE registry.gc_settings SET blob_lease = '1 hour'`);
  const { digest } = await pushImage(registry, name, '1');
  const version = async (): Promise<unknown> =>
    (await registry.pool.query('SELECT xmin::text FROM registry.manifest_reviews')).rows;
  assert.equal((await registry.send('HEAD', `/v2/${name}/manifests/${digest}`)).status, 200);
  const before = await version();
  assert.equal((await registry.send('HEAD', `/v2/${name}/manifests/${digest}`)).status, 200);
  assert.equal((await registry.send('GET', `/v2/${name}/manifests/1`)).status, 200);
  assert.deepEqual(await version(), before);
});

/** Holds what a review page holds of a manifest, and deletes it, while `meanwhile` runs. */
async function collectWhile<T>(registry: TestRegistry, digest: string, meanwhile: () => Promise<T>): Promise<T> {
  const client = await registry.pool.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<{ id: number }>('SELECT id FROM registry.manifests WHERE digest = $1', [
      digest,
    ]);
    const id = rows[0]?.id;
    await client.query('SELECT FROM registry.manifest_reviews WHERE manifest_id = $1 FOR UPDATE', [id]);
    await client.query('SELECT FROM registry.manifests WHERE id = $1 FOR UPDATE', [id]);
    let isDone = false;
    const pending = meanwhile().finally(() => {
      isDone = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(isDone, false, 'the request waits for the collection that is under way');
    await client.query('DELETE FROM registry.manifests WHERE id = $1', [id]);
    await client.query('COMMIT');
    return await pending;
  } finally {
    client.release();
  }
}

test('a manifest that is being collected: HEAD and index wait and find none; PUT and tag wait and make it anew', async (t) => {
  const registry = await startHastyRegistry(t);
  const image = await pushUntagged(registry);
  const head = () => registry.send('HEAD', `/v2/${name}/manifests/${image.digest}`);
  assert.equal((await collectWhile(registry, image.digest, head)).status, 404);

  for (const reference of [image.digest, 'tag']) {
    assert.equal((await putManifest(registry, name, image.digest, image.manifest)).status, 201);
    const put = () => putManifest(registry, name, reference, image.manifest);
    assert.equal((await collectWhile(registry, image.digest, put)).status, 201);
    assert.equal((await registry.send('GET', `/v2/${name}/manifests/${reference}`)).status, 200);
  }

  const index = JSON.stringify({
    schemaVersion: 2,
    mediaType: indexType,
    manifests: [{ mediaType: imageType, digest: image.digest, size: image.manifest.length }],
  });
  const child = await pushUntagged(registry);
  const ofChild = index.replace(image.digest, child.digest);
  const put = () => putManifest(registry, name, 'index', ofChild, indexType);
  assert.equal((await collectWhile(registry, child.digest, put)).code, 'MANIFEST_BLOB_UNKNOWN');
  assert.deepEqual(registry.errors, []);
});

test('a manifest that somebody holds is passed over, and stays due', async (t) => {
  const registry = await startHastyRegistry(t);
  const [held, free] = [await pushUntagged(registry), await pushUntagged(registry)];
  const client = await registry.pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT FROM registry.manifests WHERE digest = $1 FOR KEY SHARE', [held.digest]);
    assert.deepEqual(
      (await reviewManifestPage(registry.pool, 10, context)).unneeded.map(({ digest }) => digest),
      [free.digest],
    );
    await client.query('ROLLBACK');
  } finally {
    client.release();
  }
  assert.deepEqual(await collect(registry), [held.digest]);
});
