import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { BlobStore } from '../../registry/store/blob-store.ts';
import { createFilesystemBlobStore } from '../../registry/store/filesystem-blob-store.ts';
import { createS3BlobStore } from '../../registry/store/s3-blob-store.ts';
import { createS3Client } from '../../registry/store/s3-client.ts';
import { missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { startTestS3 } from '../support/s3.ts';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

async function commit(store: BlobStore): Promise<string> {
  const key = store.newKey();
  const source = (async function* () {
    yield Buffer.from('own');
  })();
  const { state } = await store.append(key, 0, source, { isLast: true });
  await store.commit(key, 3, state);
  return key;
}

/** Goes through all pages, and fails where they do not come to an end. */
async function listAll(store: BlobStore, limit: number) {
  const keys: string[] = [];
  const foreign: string[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < 1_000; pages++) {
    const page = await store.listObjects({ limit, cursor });
    assert.ok(page.objects.length + page.foreign.length <= 2 * limit);
    keys.push(...page.objects.map(({ key }) => key));
    foreign.push(...page.foreign);
    cursor = page.nextCursor;
    if (cursor === undefined) return { keys, foreign: foreign.toSorted() };
  }
  throw new Error('the list does not end');
}

/** Names below `blobs/` that are none of ours, in the order of names before, among and after the keys. */
function foreignNames(keys: readonly string[]): string[] {
  const [first = '', second = ''] = keys;
  const shard = first.slice(0, 2);
  const otherShard = shard === 'ab' ? 'ac' : 'ab';
  return [
    '!first',
    ...Array.from({ length: 7 }, (_, index) => `${shard}/!before-${index}`),
    ...Array.from({ length: 7 }, (_, index) => `${shard}/${first.slice(0, 10)}x${index}`),
    ...Array.from({ length: 7 }, (_, index) => `${shard}/zz-after-${index}`),
    // A copy of an object of ours, where it does not belong.
    `${otherShard}/${first}`,
    `${second.slice(0, 2)}/${second}.bak`,
    ...Array.from({ length: 7 }, (_, index) => `zz-last-${index}`),
  ];
}

test('files of somebody else among the objects are listed once, and keep the list from nothing', async (t) => {
  const rootPath = await mkdtemp(path.join(tmpdir(), 'foreign-'));
  t.after(() => rm(rootPath, { recursive: true, force: true }));
  const store = await createFilesystemBlobStore({ rootPath });
  const keys = (await Promise.all(Array.from({ length: 9 }, () => commit(store)))).sort();
  const foreign = [...foreignNames(keys), 'a0'];
  // What has the name of a folder of ours, and is a file.
  await writeFile(path.join(rootPath, 'blobs', 'a0'), '').catch(() => undefined);
  for (const name of foreign) {
    const file = path.join(rootPath, 'blobs', name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, '').catch((error: NodeJS.ErrnoException) => assert.equal(error.code, 'EISDIR'));
  }
  for (const limit of [2, 3, 1_000]) {
    const listed = await listAll(store, limit);
    assert.deepEqual(listed.keys, keys, `pages of ${limit}`);
    assert.equal(new Set(listed.foreign).size, listed.foreign.length, 'each once');
    // What a page cannot hold is not told of.
    if (limit === 1_000) {
      const isShard = keys.some((key) => key.startsWith('a0'));
      assert.deepEqual(listed.foreign, foreign.filter((name) => name !== 'a0' || !isShard).toSorted());
    }
  }
});

test(
  'S3: objects of somebody else are listed once, and keep the list from nothing',
  { skip: missing('versitygw') },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const { options: bucket } = await startTestS3(cleanUp);
    for (const prefix of ['', 'some/prefix/']) {
      const options = { ...bucket, prefix };
      const store = await createS3BlobStore({ ...options, redirect: false, maxObjectBytes: 2 ** 30, log });
      cleanUp.after(() => store.close());
      const keys = (await Promise.all(Array.from({ length: 9 }, () => commit(store)))).sort();
      const foreign = [...foreignNames(keys), 'with space+%25&ü.txt'].map((name) => `${prefix}blobs/${name}`);
      const client = createS3Client(options, 3);
      cleanUp.after(() => client.destroy());
      for (const Key of foreign)
        await client.send(new PutObjectCommand({ Bucket: options.bucket, Key, Body: 'theirs' }));
      // Beside the folder, so that nothing of it is in the list.
      for (const name of ['blobs', 'blobsx/y', 'other/blobs/z']) {
        if (prefix === '' && name === 'blobs') continue;
        const Key = `${prefix}${name}`;
        await client.send(new PutObjectCommand({ Bucket: options.bucket, Key, Body: 'theirs' })).catch(() => undefined);
      }
      for (const limit of [1, 2, 3, 1_000]) {
        const listed = await listAll(store, limit);
        assert.deepEqual(listed.keys, keys, `pages of ${limit}`);
        assert.deepEqual(listed.foreign, foreign.toSorted(), `pages of ${limit}`);
      }
      // A job that an older version has begun goes on after a key.
      const rest = await store.listObjects({ limit: 1_000, cursor: keys[3] });
      assert.deepEqual(
        rest.objects.map(({ key }) => key),
        keys.slice(4),
      );
    }
  },
);

test('S3: segments that are none of ours keep the sweep from nothing', { skip: missing('versitygw') }, async (t) => {
  const cleanUp = createCleanUp(t);
  const { options } = await startTestS3(cleanUp);
  const store = await createS3BlobStore({ ...options, redirect: false, maxObjectBytes: 2 ** 30, log });
  cleanUp.after(() => store.close());
  const client = createS3Client(options, 3);
  cleanUp.after(() => client.destroy());
  const keys: string[] = [];
  for (let index = 0; index < 5; index++) {
    const key = store.newKey();
    const source = (async function* () {
      yield Buffer.from('piece');
    })();
    await store.append(key, 0, source);
    keys.push(key);
  }
  for (let index = 0; index < 7; index++) {
    for (const Key of [`uploads/!${index}`, `uploads/zz${index}/a/b`, `uploads/${keys[0]}/${index}/c`]) {
      await client.send(new PutObjectCommand({ Bucket: options.bucket, Key, Body: 'theirs' }));
    }
  }
  const found: string[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < 200; pages++) {
    const olderThan = new Date(Date.now() + 3_600_000);
    const page = await store.listLeftovers({ olderThan, limit: 2, cursor });
    found.push(...page.leftovers.map(({ key }) => key));
    cursor = page.nextCursor;
    if (cursor === undefined) break;
  }
  assert.equal(cursor, undefined, 'the list ends');
  assert.deepEqual(found.toSorted(), keys.toSorted());
});
