import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseManifest } from '../../../registry/manifests/parse-manifest.ts';

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
      { code: 'MANIFEST_INVALID', message },
    );
  });
}

const dockerImage = 'application/vnd.docker.distribution.manifest.v2+json';
const dockerList = 'application/vnd.docker.distribution.manifest.list.v2+json';
const index = { schemaVersion: 2, mediaType: ociIndex, manifests: [] };
const imageText = JSON.stringify(image);
const layers = [layer];

// What one client reads as one thing, and another as another (CVE-2021-41190).
const ambiguous: readonly (readonly [string, unknown, string | undefined, RegExp])[] = [
  ...[ociManifest, ociIndex].map(
    (type) =>
      [
        `image and index at once, sent as ${type}`,
        { schemaVersion: 2, config, layers, manifests: [] },
        type,
        /an image or an index, never both/,
      ] as const,
  ),
  ...[dockerImage, ociManifest].flatMap((type) =>
    ['manifests', 'fsLayers', 'history', 'blobs'].flatMap((field) =>
      [[], null, {}, [layer]].map(
        (value) =>
          [
            `${type} with ${field} ${JSON.stringify(value)}`,
            { ...image, mediaType: type, [field]: value },
            type,
            new RegExp(`the field "${field}"`),
          ] as const,
      ),
    ),
  ),
  ...[dockerList, ociIndex].flatMap((type) =>
    ['config', 'layers', 'fsLayers', 'history', 'blobs'].flatMap((field) =>
      [[], null, config].map(
        (value) =>
          [
            `${type} with ${field} ${JSON.stringify(value)}`,
            { ...index, mediaType: type, [field]: value },
            type,
            new RegExp(`the field "${field}"`),
          ] as const,
      ),
    ),
  ),
  ['a mediaType that is not the Content-Type', image, dockerImage, /send both alike/],
  ['a mediaType of another case', { ...image, mediaType: ociManifest.toUpperCase() }, ociManifest, /send both alike/],
  ['a field twice', imageText.replace('{', '{"layers":[],'), ociManifest, /a field twice/],
  ['a field twice, once escaped', imageText.replace('{', '{"l\\u0061yers":[],'), ociManifest, /a field twice/],
  [
    'a digest twice in a layer',
    imageText.replace(`"digest":"${b}"`, `"digest":"${a}","digest":"${b}"`),
    ociManifest,
    /a field twice/,
  ],
  [
    'a field twice, deep in what nobody reads',
    imageText.replace('{', '{"x":[{"y":{"z":1,"z":2}}],'),
    ociManifest,
    /twice/,
  ],
  [
    'an object twice, that drops what is in the first',
    imageText.replace('{', '{"x":{"a":1},"x":2,'),
    ociManifest,
    /twice/,
  ],
  ['a capital letter', { ...image, Manifests: [] }, ociManifest, /"Manifests" differs from "manifests"/],
  ['only a capital letter', { ...image, Subject: layer }, ociManifest, /"Subject" differs from "subject"/],
  ['a long s', { ...image, layerſ: [] }, ociManifest, /differ in case alone/],
  ['a long s in a platform', { ...image, config: { ...config, platform: { oſ: 'linux' } } }, ociManifest, /from "os"/],
  ['a capital letter in a layer', { ...image, layers: [{ ...layer, Digest: a }] }, ociManifest, /"Digest" differs/],
  ['a capital letter in the config', { ...image, config: { ...config, SIZE: 1 } }, ociManifest, /"SIZE" differs/],
  [
    'a capital letter in a child',
    { ...index, manifests: [{ ...layer, mediaType: ociManifest, DIGEST: a }] },
    ociIndex,
    /"DIGEST" differs/,
  ],
  [
    'a capital letter in the platform of a child',
    { ...index, manifests: [{ ...layer, mediaType: ociManifest, platform: { os: 'linux', OS: 'windows' } }] },
    ociIndex,
    /"OS" differs/,
  ],
  ['unknown fields that differ in case', { ...image, Signature: 1, signature: 2 }, ociManifest, /differ in case alone/],
];
for (const [what, value, contentType, message] of ambiguous) {
  test(`refused as ambiguous: ${what}`, () => {
    assert.throws(() => parse(value, contentType), { code: 'MANIFEST_INVALID', message });
  });
}

const artifact = {
  artifactType: 'application/vnd.acme',
  config: { ...config, mediaType: 'application/vnd.oci.empty.v1+json' },
};
const child = {
  mediaType: ociManifest,
  digest: a,
  size: 5,
  platform: { os: 'linux', architecture: 'arm64', 'os.version': '1' },
};
const { mediaType: _type, ...untypedImage } = image;
// As the programs that are named write them.
const honest: readonly (readonly [string, unknown, string | undefined])[] = [
  ['OCI image without mediaType (buildah, older umoci)', untypedImage, ociManifest],
  ['Docker image', { ...image, mediaType: dockerImage }, dockerImage],
  ['Docker image without mediaType', untypedImage, dockerImage],
  [
    'Docker list',
    { schemaVersion: 2, mediaType: dockerList, manifests: [{ ...child, mediaType: dockerImage }] },
    dockerList,
  ],
  [
    'index with an attestation (buildx)',
    {
      ...index,
      manifests: [
        child,
        {
          ...child,
          platform: { os: 'unknown', architecture: 'unknown' },
          annotations: { 'vnd.docker.reference.digest': a, 'vnd.docker.reference.type': 'attestation-manifest' },
        },
      ],
    },
    ociIndex,
  ],
  [
    'artifact with subject and annotations (oras, cosign)',
    { ...image, ...artifact, subject: layer, annotations: { A: '1', a: '2' } },
    ociManifest,
  ],
  [
    'chart (helm)',
    {
      schemaVersion: 2,
      config: { ...config, mediaType: 'application/vnd.cncf.helm.config.v1+json' },
      layers,
      annotations: {},
    },
    ociManifest,
  ],
  ['absent fields as null (Go)', { ...image, artifactType: null, subject: null, annotations: null }, ociManifest],
  ['fields of somebody else', { ...image, 'x-acme': { Config: {}, config: {} }, urls: [] }, ociManifest],
  ['colons, quotes and backslashes in strings', { ...image, annotations: { 'a:b': '"c":\\"d\\":{' } }, ociManifest],
];
for (const [what, value, contentType] of honest) {
  test(`taken: ${what}`, () => {
    assert.equal(parse(value, contentType).mediaType, contentType);
    // Spaces change nothing of what is counted.
    assert.equal(parse(JSON.stringify(value, null, 2), contentType).mediaType, contentType);
  });
}

test('refused: not UTF-8', () => {
  assert.throws(() => parseManifest(Buffer.from([0x7b, 0xff, 0x7d]), ociManifest), { code: 'MANIFEST_INVALID' });
});
