import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditObjectsPage } from '../../registry/collection/audit-storage.ts';
import { databaseNow, deleteObjectsPage, reviewPage } from '../../registry/collection/collect-blobs.ts';
import { reviewManifestPage } from '../../registry/collection/collect-manifests.ts';
import { deleteRepository, emptyDeletedPage } from '../../registry/repositories/delete-repository.ts';
import { deleteManifest, deleteTag } from '../../registry/manifests/manifests.ts';
import { abortExpiredPage, expirePage, sweepPage } from '../../registry/uploads/purge-uploads.ts';
import { storeSettings } from '../jobs/histories.ts';
import { indexType, randomBlob, startRegistry } from './test-registry.ts';

test('a registry that is set read-only refuses every write and goes on serving pulls', async (t) => {
  let isReadOnly = false;
  const registry = await startRegistry(t, { isReadOnly: () => isReadOnly });
  const blob = randomBlob();
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: [] });
  const headers = { 'Content-Type': indexType };
  await registry.send('POST', `/v2/ada/app/blobs/uploads/?digest=${blob.digest}`, { body: blob.bytes });
  await registry.send('PUT', '/v2/ada/app/manifests/1', { body: manifest, headers });
  const started = await registry.send('POST', '/v2/ada/app/blobs/uploads/');
  const upload = new URL(started.headers.location ?? '', 'http://registry').pathname;

  isReadOnly = true;
  const writes: readonly [string, string, string?][] = [
    ['POST', '/v2/ada/app/blobs/uploads/'],
    ['PATCH', upload, 'bytes'],
    ['PUT', `${upload}?digest=${blob.digest}`, 'bytes'],
    ['DELETE', upload],
    ['PUT', '/v2/ada/app/manifests/2', manifest],
    ['DELETE', '/v2/ada/app/manifests/1'],
    ['DELETE', `/v2/ada/app/blobs/${blob.digest}`],
  ];
  for (const [method, path, body] of writes) {
    const response = await registry.send(method, path, { headers, ...(body !== undefined && { body }) });
    assert.equal(`${response.status} ${response.code}`, '405 UNSUPPORTED', `${method} ${path}`);
    assert.match(response.message, /readOnlyRegistry/);
    assert.ok(!/POST|PUT|PATCH|DELETE/.test(String(response.headers.allow)), String(response.headers.allow));
  }
  const nobody = await registry.send('POST', '/v2/ada/app/blobs/uploads/', { access: null });
  assert.equal(nobody.status, 401, 'who may not push at all is told that first');
  for (const path of ['manifests/1', `blobs/${blob.digest}`, 'tags/list']) {
    assert.equal((await registry.send('GET', `/v2/ada/app/${path}`)).status, 200, path);
  }

  isReadOnly = false;
  const ended = await registry.send('PUT', `${upload}?digest=${blob.digest}`, { body: blob.bytes });
  assert.equal(ended.status, 201, 'an upload that was interrupted goes on');
});

test('a page of a collection that comes after the setting takes nothing away', async (t) => {
  const { pool, blobStore } = await startRegistry(t);
  await storeSettings(pool, { readOnlyRegistry: true });
  const signal = new AbortController().signal;
  const since = await databaseNow(pool);
  const context = { actor: 'test', at: new Date(), host: 'test' };
  const page = { limit: 1, since, signal };
  const names = { namespace: 'ada', name: 'app', full: 'ada/app' };
  const sweep = { olderThan: new Date(), limit: 1, cursor: undefined, signal };
  const changes: Readonly<Record<string, () => Promise<unknown>>> = {
    reviewPage: () => reviewPage(pool, 1),
    reviewManifestPage: () => reviewManifestPage(pool, 1, context),
    deleteObjectsPage: () => deleteObjectsPage(pool, blobStore, page),
    emptyDeletedPage: () => emptyDeletedPage(pool, 1),
    expirePage: () => expirePage(pool, since, 1),
    abortExpiredPage: () => abortExpiredPage(pool, blobStore, page),
    sweepPage: () => sweepPage(pool, blobStore, { ...sweep, dryRun: false }),
    auditObjectsPage: () => auditObjectsPage(pool, blobStore, { ...sweep, repair: true }),
    deleteRepository: () => deleteRepository(pool, { namespace: 'ada', name: 'app', requestedBy: 'ada' }),
    deleteTag: () => deleteTag(pool, names, '1', context, { force: true }),
    deleteManifest: () => deleteManifest(pool, names, randomBlob().digest, context),
  };
  for (const [what, change] of Object.entries(changes)) {
    await assert.rejects(change(), { name: 'ReadOnlyError', code: 'REGISTRY_READ_ONLY' }, what);
  }
  await sweepPage(pool, blobStore, { ...sweep, dryRun: true });
  await auditObjectsPage(pool, blobStore, { ...sweep, repair: false });
});
