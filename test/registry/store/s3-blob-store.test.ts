import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import type { Logger } from '../../../log/logger.ts';
import { createS3BlobStore, type S3BlobStore } from '../../../registry/store/s3-blob-store.ts';
import { assertBucketUsable, BucketUnusableError } from '../../../registry/store/s3-client.ts';
import { missing } from '../../setup/tools.ts';
import { createCleanUp, type CleanUp } from '../../support/clean-up.ts';
import { startTestS3, type TestS3 } from '../../support/s3.ts';
import { testBlobStoreContract } from './blob-store-contract.ts';

const skip = missing('versitygw');
const maxObjectBytes = 50 * 1024 ** 3;
const log: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

async function openStore(t: CleanUp, s3: TestS3, redirect = false): Promise<S3BlobStore> {
  const store = await createS3BlobStore({ ...s3.options, prefix: 'some/prefix/', redirect, maxObjectBytes, log });
  t.after(() => store.close());
  return store;
}

if (skip) test('S3 blob store', { skip });
else {
  testBlobStoreContract('S3', async (t) => {
    const cleanUp = createCleanUp(t);
    return openStore(cleanUp, await startTestS3(cleanUp));
  });
}

test(
  'S3: a part that was sent again by a writer without a claim is not made final',
  { skip },
  async (t: TestContext) => {
    const cleanUp = createCleanUp(t);
    const store = await openStore(cleanUp, await startTestS3(cleanUp));
    const key = store.newKey();
    const first = await store.append(key, 0, pieces(randomBytes(9_000_000)));
    const second = await store.append(key, 9_000_000, pieces(randomBytes(8_000_000)), { state: first.state });
    await store.append(key, 9_000_000, pieces(randomBytes(8_000_000)), { state: first.state });
    await assert.rejects(store.commit(key, 17_000_000, second.state), { name: 'ObjectNotFoundError' });
  },
);

test('S3: a key that is not one of its own is refused', { skip }, async (t) => {
  const cleanUp = createCleanUp(t);
  const store = await openStore(cleanUp, await startTestS3(cleanUp));
  for (const key of ['../../etc/passwd', '', 'a/b', '..']) {
    await assert.rejects(store.open(key), TypeError);
    await assert.rejects(store.abort(key), TypeError);
  }
});

test('S3: a bucket that cannot be used is told in one line', { skip, timeout: 120_000 }, async (t) => {
  const cleanUp = createCleanUp(t);
  const s3 = await startTestS3(cleanUp);
  const refusal = async (change: object): Promise<string> => {
    const error: unknown = await assertBucketUsable({ ...s3.options, ...change }).then(
      () => undefined,
      (failure: unknown) => failure,
    );
    assert.ok(error instanceof BucketUnusableError, String(error));
    assert.doesNotMatch(error.message, /\n/);
    return error.message;
  };
  assert.match(await refusal({ bucket: 'absent' }), /"absent" .* does not exist: make it, or set S3_BUCKET/);
  assert.match(
    await refusal({ endpoint: 'http://127.0.0.1:1' }),
    /cannot be reached: .*ECONNREFUSED.*; check S3_ENDPOINT/,
  );
  await assertBucketUsable(s3.options);
});

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1_000_000) {
    yield bytes.subarray(at, at + 1_000_000);
    await Promise.resolve();
  }
}
