import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { createFilesystemBlobStore } from '../../../registry/store/filesystem-blob-store.ts';
import { testBlobStoreContract } from './blob-store-contract.ts';

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'blob-store-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function* source(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('abc');
  await Promise.resolve();
}

testBlobStoreContract('filesystem', async (t) => createFilesystemBlobStore({ rootPath: await temporaryFolder(t) }));

test('filesystem: objects lie where an operator expects them, and nothing else stays behind', async (t) => {
  const rootPath = await temporaryFolder(t);
  const store = await createFilesystemBlobStore({ rootPath });
  const key = store.newKey();
  await store.append(key, 0, source());
  assert.deepEqual(await readdir(path.join(rootPath, 'uploads')), [key]);
  await store.commit(key, 3);
  assert.deepEqual(await readdir(path.join(rootPath, 'uploads')), []);
  assert.equal((await stat(path.join(rootPath, 'blobs', key.slice(0, 2), key))).size, 3);
});

test('filesystem: what is written is what was given, though memory is released and the disk starts early', async (t) => {
  const store = await createFilesystemBlobStore({ rootPath: await temporaryFolder(t) });
  const key = store.newKey();
  const hash = createHash('sha256');
  let lastChunk = Buffer.alloc(0);
  async function* large(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 600; i++) {
      lastChunk = randomBytes(64 * 1024 + i);
      hash.update(lastChunk);
      yield lastChunk;
      await Promise.resolve();
    }
  }
  const { appendedBytes: sizeBytes } = await store.append(key, 0, large());
  assert.equal(lastChunk.length, 0, 'the store has released what it was given');
  await store.commit(key, sizeBytes);
  const stored = createHash('sha256');
  for await (const chunk of (await store.open(key)) as AsyncIterable<Uint8Array>) stored.update(chunk);
  assert.equal(stored.digest('hex'), hash.digest('hex'));
});

test('filesystem: a key that is not one of its own cannot leave the folder', async (t) => {
  const store = await createFilesystemBlobStore({ rootPath: await temporaryFolder(t) });
  for (const key of ['../../etc/passwd', '', 'a/b', '..']) {
    await assert.rejects(store.open(key), TypeError);
    await assert.rejects(store.abort(key), TypeError);
  }
});

test('filesystem: a folder that cannot be made is refused at once', async () => {
  await assert.rejects(createFilesystemBlobStore({ rootPath: '/dev/null/blobs' }), { code: 'ENOTDIR' });
});
