import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  imageType,
  indexType,
  pushImage,
  pushLayers,
  putManifest,
  randomBlob,
  sha256,
  startRegistry,
  type TestRegistry,
} from '../test-registry.ts';

const name = 'admin/app';

interface Referrer {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Record<string, string>;
}

async function referrersOf(registry: TestRegistry, target: string) {
  const response = await registry.send('GET', target.startsWith('/') ? target : `/v2/${name}/referrers/${target}`);
  assert.equal(response.status, 200, response.message);
  assert.equal(response.headers['content-type'], indexType);
  const index = JSON.parse(response.body.toString()) as {
    schemaVersion: number;
    mediaType: string;
    manifests: Referrer[];
  };
  assert.deepEqual([index.schemaVersion, index.mediaType], [2, indexType]);
  return {
    manifests: index.manifests,
    filters: response.headers['oci-filters-applied'],
    next: /^<(.+)>; rel="next"$/.exec(response.headers.link?.toString() ?? '')?.[1],
  };
}

/** Puts a manifest with a subject, and gives its descriptor as the list has to show it. */
async function refer(
  registry: TestRegistry,
  subject: string,
  fields: { artifactType?: string; annotations?: Record<string, string> } = {},
): Promise<Referrer> {
  const { manifest } = await pushLayers(registry, name);
  const body = JSON.stringify({
    ...(JSON.parse(manifest) as object),
    subject: { mediaType: imageType, digest: subject, size: 5 },
    ...fields,
  });
  const put = await putManifest(registry, name, sha256(body), body);
  assert.equal(put.status, 201, put.message);
  assert.equal(put.headers['oci-subject'], subject);
  const artifactType = fields.artifactType ?? 'application/vnd.oci.image.config.v1+json';
  return { mediaType: imageType, digest: sha256(body), size: Buffer.byteLength(body), ...fields, artifactType };
}

test('referrers are listed with type and annotations, of a subject that is there and of one that is not', async (t) => {
  const registry = await startRegistry(t);
  const image = await pushImage(registry, name, '1.0');
  for (const subject of [image.digest, randomBlob().digest]) {
    assert.deepEqual((await referrersOf(registry, subject)).manifests, []);
    const plain = await refer(registry, subject);
    const sbom = await refer(registry, subject, {
      artifactType: 'application/spdx+json',
      annotations: { 'org.example.made': 'today', odd: 'a\u0000b"\u2028' },
    });
    const list = JSON.stringify({
      schemaVersion: 2,
      mediaType: indexType,
      manifests: [],
      subject: { mediaType: imageType, digest: subject, size: 5 },
      annotations: { kind: 'index' },
    });
    assert.equal((await putManifest(registry, name, sha256(list), list, indexType)).status, 201);
    const index = { mediaType: indexType, digest: sha256(list), size: list.length, annotations: { kind: 'index' } };
    const all = await referrersOf(registry, subject);
    assert.deepEqual(all, { manifests: [plain, sbom, index], filters: undefined, next: undefined });

    const filtered = await referrersOf(registry, `${subject}?artifactType=application/spdx%2Bjson`);
    assert.deepEqual(filtered, { manifests: [sbom], filters: 'artifactType', next: undefined });
    assert.deepEqual((await referrersOf(registry, `${subject}?artifactType=none`)).manifests, []);

    const deleted = await registry.send('DELETE', `/v2/${name}/manifests/${sbom.digest}`);
    assert.equal(deleted.status, 202);
    assert.deepEqual((await referrersOf(registry, subject)).manifests, [plain, index]);
  }
});

test('referrers come in pages, of a number and of a size that clients take', async (t) => {
  const registry = await startRegistry(t);
  const subject = randomBlob().digest;
  const type = 'application/x a&b';
  const all: string[] = [];
  for (let i = 0; i < 5; i++) all.push((await refer(registry, subject, { artifactType: type })).digest);
  const seen: string[] = [];
  let target: string | undefined = `/v2/${name}/referrers/${subject}?n=2&artifactType=${encodeURIComponent(type)}`;
  for (let pages = 0; target !== undefined; pages++) {
    assert.ok(pages < 3);
    const { manifests, filters, next } = await referrersOf(registry, target);
    assert.equal(filters, 'artifactType');
    seen.push(...manifests.map(({ digest }) => digest));
    target = next;
  }
  assert.deepEqual(seen, all);
  assert.deepEqual((await referrersOf(registry, `${subject}?n=0`)).manifests, []);

  // Three of 1.5 MB each: no page is more than a client takes, and each has at least one.
  const large = randomBlob().digest;
  const annotations = { text: 'x'.repeat(1_500_000) };
  for (let i = 0; i < 3; i++) await refer(registry, large, { annotations });
  const first = await referrersOf(registry, large);
  assert.equal(first.manifests.length, 2);
  const second = await referrersOf(registry, first.next ?? '');
  assert.deepEqual([second.manifests.length, second.next], [1, undefined]);
  assert.deepEqual(second.manifests[0]?.annotations, annotations);
});

test('bad requests for referrers', async (t) => {
  const registry = await startRegistry(t);
  const { digest } = randomBlob();
  assert.deepEqual((await referrersOf(registry, digest)).manifests, [], 'of a repository that is not there');
  await pushImage(registry, name, '1');
  const malformed = await registry.send('GET', `/v2/${name}/referrers/sha256:x`);
  assert.deepEqual([malformed.status, malformed.code], [400, 'DIGEST_INVALID']);
  assert.equal((await registry.send('GET', `/v2/${name}/referrers/${digest}?n=x`)).code, 'PAGINATION_NUMBER_INVALID');
  assert.deepEqual((await referrersOf(registry, `${digest}?last=nonsense&artifactType=%00`)).manifests, []);
  assert.equal((await registry.send('DELETE', `/v2/${name}/referrers/${digest}`)).status, 405);
});
