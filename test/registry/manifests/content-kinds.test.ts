import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageType, indexType, pushBlob, putManifest, randomBlob, sha256, startRegistry } from '../test-registry.ts';

const name = 'admin/app';
const emptyType = 'application/vnd.oci.empty.v1+json';
const layerType = 'application/vnd.oci.image.layer.v1.tar+gzip';
const config = '{"os":"linux","architecture":"amd64","custom":{"deep":[1,2]}}';

function describe(mediaType: string, bytes: Uint8Array | string, more: object = {}): object {
  return { mediaType, digest: sha256(bytes), size: bytes.length, ...more };
}

const imageConfig = describe('application/vnd.oci.image.config.v1+json', config);
const emptyConfig = describe(emptyType, '{}');
const layer = randomBlob().bytes;
const neverPushed = randomBlob().bytes;

// What the conformance suites of the OCI distribution specification push besides plain images.
const contents: Readonly<Record<string, { type?: string; manifest: object }>> = {
  'an image without layers': { manifest: { config: imageConfig, layers: [] } },
  'an image with a layer that is not compressed': {
    manifest: { config: imageConfig, layers: [describe('application/vnd.oci.image.layer.v1.tar', layer)] },
  },
  'an image with a layer without a byte': { manifest: { config: imageConfig, layers: [describe(layerType, '')] } },
  'an image with data fields': {
    manifest: {
      config: { ...imageConfig, data: Buffer.from(config).toString('base64') },
      layers: [describe(layerType, layer, { data: layer.toString('base64') })],
    },
  },
  'an image with unknown fields everywhere': {
    manifest: { config: { ...imageConfig, x: null }, layers: [describe(layerType, layer, { y: 1e3 })], z: [{}] },
  },
  'an image with a layer that may not be distributed and was not pushed': {
    manifest: {
      config: imageConfig,
      layers: [
        describe('application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', neverPushed, {
          urls: ['https://example.com/layer'],
        }),
        describe(layerType, layer),
      ],
    },
  },
  'an artifact': {
    manifest: { artifactType: 'acme/thing', config: emptyConfig, layers: [describe('acme/part', layer)] },
  },
  'an artifact that is its manifest': {
    manifest: { artifactType: 'acme/thing', config: emptyConfig, layers: [emptyConfig], annotations: { a: 'b' } },
  },
  'an index of artifacts, of none': { type: indexType, manifest: { artifactType: 'acme/things', manifests: [] } },
  'an index with a subject that is not there': {
    type: indexType,
    manifest: { manifests: [], subject: describe(imageType, neverPushed) },
  },
};

test('every kind of content is put, read back byte for byte, listed, and gone at once when it is deleted', async (t) => {
  const registry = await startRegistry(t);
  for (const bytes of [config, '{}', '', layer]) await pushBlob(registry, name, bytes);
  for (const [what, { type = imageType, manifest }] of Object.entries(contents)) {
    await t.test(what, async () => {
      const text = JSON.stringify({ schemaVersion: 2, mediaType: type, ...manifest }, undefined, 1);
      const digest = sha256(text);
      for (const reference of [digest, 'tag']) {
        const put = await putManifest(registry, name, reference, text, type);
        assert.deepEqual([put.status, put.headers['docker-content-digest']], [201, digest], put.message);
      }
      for (const reference of [digest, 'tag']) {
        const read = await registry.send('GET', `/v2/${name}/manifests/${reference}`);
        assert.deepEqual([read.status, read.headers['content-type'], read.body.toString()], [200, type, text]);
      }
      const tags = async (): Promise<unknown> =>
        JSON.parse((await registry.send('GET', `/v2/${name}/tags/list`)).body.toString()) as unknown;
      assert.deepEqual(await tags(), { name, tags: ['tag'] });

      assert.equal((await registry.send('DELETE', `/v2/${name}/manifests/${digest}`)).status, 202);
      for (const reference of [digest, 'tag']) {
        assert.equal((await registry.send('HEAD', `/v2/${name}/manifests/${reference}`)).status, 404);
      }
      assert.deepEqual(await tags(), { name, tags: [] });
    });
  }
});

test('a blob that was deleted is gone at once where it came from and where it was mounted, each for itself', async (t) => {
  const registry = await startRegistry(t);
  const digest = await pushBlob(registry, name, layer);
  const statuses = () =>
    Promise.all(
      [name, 'admin/other'].map(
        async (repository) => (await registry.send('HEAD', `/v2/${repository}/blobs/${digest}`)).status,
      ),
    );
  const mount = () => registry.send('POST', `/v2/admin/other/blobs/uploads/?mount=${digest}&from=${name}`);
  assert.equal((await mount()).status, 201);
  assert.deepEqual(await statuses(), [200, 200]);
  assert.equal((await registry.send('DELETE', `/v2/${name}/blobs/${digest}`)).status, 202);
  assert.deepEqual(await statuses(), [404, 200]);
  assert.equal((await registry.send('DELETE', `/v2/admin/other/blobs/${digest}`)).status, 202);
  assert.deepEqual(await statuses(), [404, 404]);
  assert.equal((await mount()).status, 202);
});
