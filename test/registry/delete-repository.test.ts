import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deleteRepository } from '../../api/repository-store.ts';
import { pushImage, startRegistry } from './test-registry.ts';

test('a repository goes with all that is in it; its blobs are left to garbage collection, its uploads to the purge', async (t) => {
  const registry = await startRegistry(t);
  const image = await pushImage(registry, 'admin/app', '1');
  await pushImage(registry, 'admin/other', '1');
  assert.equal((await registry.send('POST', '/v2/admin/app/blobs/uploads/')).status, 202);
  await registry.pool.query('DELETE FROM registry.blob_reviews');
  assert.equal(await deleteRepository(registry.pool, 'admin', 'app'), true);
  assert.equal(await deleteRepository(registry.pool, 'admin', 'app'), false);

  assert.equal((await registry.send('GET', '/v2/admin/app/tags/list')).code, 'NAME_UNKNOWN');
  assert.equal((await registry.send('GET', '/v2/admin/other/manifests/1')).status, 200);
  const { rows: reviewed } = await registry.pool.query<{ digest: string }>(
    'SELECT b.digest FROM registry.blob_reviews v JOIN registry.blobs b ON b.id = v.blob_id',
  );
  assert.deepEqual(
    reviewed.map(({ digest }) => digest).toSorted(),
    image.layers.toSorted(),
    'its config and layers are up for review, those of the other are not',
  );
  const { rowCount } = await registry.pool.query('SELECT FROM registry.expired_uploads');
  assert.equal(rowCount, 1);
});
