import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseManifest } from '../../registry/parse-manifest.ts';

const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
const ociIndex = 'application/vnd.oci.image.index.v1+json';
const a = `sha256:${'a'.repeat(64)}`;
const b = `sha256:${'b'.repeat(64)}`;
const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: a, size: 2 };
const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: b, size: 10 };
const image = { schemaVersion: 2, mediaType: ociManifest, config, layers: [layer] };

function parse(value: unknown, contentType: string | undefined = ociManifest): ReturnType<typeof parseManifest> {
  return parseManifest(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), contentType);
}

test('an image', () => {
  const manifest = parse({ ...image, subject: { ...layer, mediaType: ociManifest }, artifactType: 'x/y', more: [1] });
  assert.equal(manifest.kind, 'image');
  assert.deepEqual(
    manifest.requiredBlobs.map(({ digest }) => digest),
    [a, b],
  );
  assert.equal(manifest.imageSizeBytes, 12);
  assert.equal(manifest.subject?.digest, b);
  assert.equal(manifest.artifactType, 'x/y');
});

test('parameters and case of Content-Type do not matter, and without one mediaType counts', () => {
  assert.equal(parse(image, 'Application/vnd.OCI.image.manifest.v1+json; charset=utf-8').mediaType, ociManifest);
  assert.equal(parseManifest(Buffer.from(JSON.stringify(image)), undefined).mediaType, ociManifest);
});

test('a layer named twice is required once, and one that may not be distributed is not required', () => {
  const foreign = {
    ...layer,
    mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
    urls: ['https://x'],
  };
  const manifest = parse({ ...image, layers: [{ ...layer, digest: a, size: 2 }, foreign] });
  assert.equal(manifest.requiredBlobs.length, 1);
  assert.deepEqual(
    manifest.optionalBlobs.map(({ digest }) => digest),
    [b],
  );
});

test('an index, which may be empty', () => {
  const child = { mediaType: ociManifest, digest: a, size: 5 };
  assert.deepEqual(parse({ schemaVersion: 2, mediaType: ociIndex, manifests: [child, child] }, ociIndex).children, [a]);
  assert.deepEqual(parse({ schemaVersion: 2, manifests: [] }, ociIndex).children, []);
});

const refused: readonly (readonly [string, unknown, string | undefined, RegExp])[] = [
  ['not JSON', '{', ociManifest, /not valid JSON/],
  ['a list', [], ociManifest, /not a JSON object/],
  ['deep nesting', '['.repeat(1_000_000), ociManifest, /not valid JSON/],
  ['no type at all', { schemaVersion: 2, config, layers: [] }, undefined, /send Content-Type/],
  ['two types', image, ociIndex, /send both alike/],
  ['another type', { schemaVersion: 2 }, 'application/json', /is not supported/],
  ['a type from Object.prototype', { schemaVersion: 2 }, 'constructor', /is not supported/],
  ['schema 1', { schemaVersion: 1 }, 'application/vnd.docker.distribution.manifest.v1+prettyjws', /skopeo copy/],
  ['schema 3', { ...image, schemaVersion: 3 }, ociManifest, /schemaVersion must be 2/],
  ['no config', { ...image, config: undefined }, ociManifest, /config must be a descriptor/],
  ['no layers', { ...image, layers: undefined }, ociManifest, /layers must be a list/],
  ['bad digest', { ...image, layers: [{ ...layer, digest: 'sha256:1' }] }, ociManifest, /layers\[0\]\.digest/],
  ['negative size', { ...image, config: { ...config, size: -1 } }, ociManifest, /config\.size/],
  ['fractional size', { ...image, config: { ...config, size: 1.5 } }, ociManifest, /config\.size/],
  ['two sizes of one layer', { ...image, layers: [layer, { ...layer, size: 11 }] }, ociManifest, /two different sizes/],
  ['bad subject', { ...image, subject: 'x' }, ociManifest, /subject must be a descriptor/],
  ['bad artifactType', { ...image, artifactType: 5 }, ociManifest, /artifactType/],
  ['NUL in artifactType', { ...image, artifactType: 'a\0' }, ociManifest, /artifactType/],
];
for (const [what, value, contentType, message] of refused) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => parseManifest(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), contentType),
      { code: 'MANIFEST_INVALID', status: 400, message },
    );
  });
}

test('refused: not UTF-8', () => {
  assert.throws(() => parseManifest(Buffer.from([0x7b, 0xff, 0x7d]), ociManifest), { code: 'MANIFEST_INVALID' });
});
