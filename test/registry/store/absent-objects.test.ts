import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { auditRowsPage } from '../../../registry/collection/audit-storage.ts';
import type { BlobStore } from '../../../registry/store/blob-store.ts';
import { createFilesystemBlobStore } from '../../../registry/store/filesystem-blob-store.ts';
import { createS3BlobStore } from '../../../registry/store/s3-blob-store.ts';
import { missing } from '../../setup/tools.ts';
import { createCleanUp } from '../../support/clean-up.ts';
import { startTestS3 } from '../../support/s3.ts';
import { pushImage, startRegistry } from '../test-registry.ts';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const signal = new AbortController().signal;
const anyAge = { olderThan: new Date(Date.now() + 3_600_000), limit: 100, cursor: undefined };

async function commit(store: BlobStore): Promise<string> {
  const key = store.newKey();
  const source = (async function* () {
    yield Buffer.from('bytes');
  })();
  const { state } = await store.append(key, 0, source, { isLast: true });
  await store.commit(key, 5, state);
  return key;
}

/** Everything that could take an object for absent. */
function questions(store: BlobStore, key: string): Readonly<Record<string, () => Promise<unknown>>> {
  return {
    sizeOf: () => store.sizeOf(key),
    open: () => store.open(key),
    // Where the unfinished object is gone, a commit asks whether it was done before.
    commit: () => store.commit(key, 5, '{"uploadId":"gone","partCount":1,"partsBytes":5}'),
  };
}

async function openFolder(t: TestContext): Promise<{ store: BlobStore; rootPath: string }> {
  const rootPath = await mkdtemp(path.join(tmpdir(), 'absent-'));
  t.after(() => rm(rootPath, { recursive: true, force: true }));
  return { store: await createFilesystemBlobStore({ rootPath }), rootPath };
}

test('on disk, only a file that is not there is absent', async (t) => {
  const { store, rootPath } = await openFolder(t);
  const key = await commit(store);
  const shard = path.join(rootPath, 'blobs', key.slice(0, 2));
  const file = path.join(shard, key);

  // A link that leads to itself cannot be followed by anybody, root included.
  await rename(file, `${rootPath}/kept`);
  await symlink(file, file);
  for (const [what, ask] of Object.entries(questions(store, key))) {
    await assert.rejects(ask(), { code: 'ELOOP' }, what);
  }
  await assert.rejects(store.listObjects({ limit: 10, cursor: undefined }), { code: 'ELOOP' });
  await rm(file);

  // Nor does a folder that cannot be looked into say anything of what is in it.
  await rename(shard, `${rootPath}/shard`);
  await symlink(shard, shard);
  for (const [what, ask] of Object.entries(questions(store, key))) {
    await assert.rejects(ask(), { code: 'ELOOP' }, what);
  }
  assert.match((await store.delete([key]))[0]?.reason ?? '', /ELOOP/);
  await assert.rejects(store.abort(key), { code: 'ELOOP' });
  await rm(shard);

  // What is really not there.
  for (const isFile of [false, true]) {
    if (isFile) await writeFile(shard, 'a file where a folder was');
    assert.equal(await store.sizeOf(key), undefined);
    await assert.rejects(store.open(key), { name: 'ObjectNotFoundError' });
    assert.deepEqual(await store.delete([key]), []);
    await store.abort(key);
  }
  // The disk is not mounted.
  await rename(path.join(rootPath, 'blobs'), `${rootPath}/unmounted`);
  await assert.rejects(store.sizeOf(key), { code: 'ENOENT' });
  const leftover = store.newKey();
  await symlink(leftover, path.join(rootPath, 'uploads', leftover));
  await assert.rejects(store.listLeftovers(anyAge), { code: 'ELOOP' });
});

test('an audit that cannot look at an object fails, and quarantines nothing', async (t) => {
  const registry = await startRegistry(t);
  await pushImage(registry, 'admin/app', '1');
  const [file = ''] = await registry.objects();
  const shard = path.join(registry.rootPath, 'blobs', path.basename(file).slice(0, 2));
  await rename(shard, `${registry.rootPath}/away`);
  await symlink(shard, shard);
  const { pool, blobStore } = registry;
  const page = { afterId: 0, limit: 100, repair: true, signal };
  await assert.rejects(auditRowsPage(pool, blobStore, page), { code: 'ELOOP' });
  const quarantined = async () =>
    (await pool.query('SELECT FROM registry.blobs WHERE quarantined_at IS NOT NULL')).rowCount;
  assert.equal(await quarantined(), 0);
  await rm(shard);
  assert.ok((await auditRowsPage(pool, blobStore, page)).quarantined > 0, 'one that is gone is lost');
});

test('S3: only an object that is not there is absent', { skip: missing('versitygw') }, async (t) => {
  const cleanUp = createCleanUp(t);
  const s3 = await startTestS3(cleanUp);
  const store = await createS3BlobStore({ ...s3.options, redirect: false, maxObjectBytes: 2 ** 30, log });
  cleanUp.after(() => store.close());
  const key = await commit(store);
  const never = store.newKey();
  assert.equal(await store.sizeOf(never), undefined);
  await assert.rejects(store.open(never), { name: 'ObjectNotFoundError' });

  // The bucket is not mounted, or was deleted.
  await rename(s3.folder, `${s3.folder}-away`);
  for (const [what, ask] of Object.entries(questions(store, key))) {
    await assert.rejects(ask(), (error: Error) => error.name !== 'ObjectNotFoundError', `bucket: ${what}`);
  }
  await rename(`${s3.folder}-away`, s3.folder);
  assert.equal(await store.sizeOf(key), 5);

  // In its place a server that refuses.
  await s3.kill();
  let status = 403;
  const refusing = createServer((req, res) => {
    req.resume();
    req.on('end', () => res.writeHead(status).end());
  });
  await new Promise<void>((resolve) => refusing.listen(s3.port, '127.0.0.1', resolve));
  cleanUp.after(() => {
    refusing.closeAllConnections();
    refusing.close();
  });
  for (status of [401, 403, 405, 501]) {
    for (const [what, ask] of Object.entries(questions(store, key))) {
      await assert.rejects(ask(), (error: Error) => error.name !== 'ObjectNotFoundError', `${status}: ${what}`);
    }
    assert.equal((await store.delete([key])).length, 1, 'what is refused is not deleted');
  }
});
