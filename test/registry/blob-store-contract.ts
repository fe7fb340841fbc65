import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { type BlobStore, ObjectNotFoundError } from '../../registry/blob-store.ts';

/** What every blob store has to do. Registers tests; `open` makes a store that is cleared away when the test ends. */
export function testBlobStoreContract(name: string, open: (t: TestContext) => Promise<BlobStore>): void {
  test(`${name}: an object that is written in pieces is read back whole and in part`, async (t) => {
    const store = await open(t);
    const key = store.newKey();
    const bytes = randomBytes(3_500_000);
    let offset = 0;
    for (const end of [1, 1_000_000, 1_000_001, bytes.length]) {
      const appended = await store.append(key, offset, chunked(bytes.subarray(offset, end), 65_536));
      assert.equal(appended, end - offset);
      offset = end;
    }
    assert.deepEqual(await collect(store.readUnfinished(key, 1_234_567)), bytes.subarray(0, 1_234_567));
    await assert.rejects(store.open(key), ObjectNotFoundError);
    await store.commit(key, bytes.length);
    assert.deepEqual(await collect(await store.open(key)), bytes);
    assert.deepEqual(await collect(await store.open(key, { start: 7, end: 7 })), bytes.subarray(7, 8));
    assert.deepEqual(
      await collect(await store.open(key, { start: 1_048_570, end: 3_499_999 })),
      bytes.subarray(1_048_570),
    );
  });

  test(`${name}: an empty object`, async (t) => {
    const store = await open(t);
    const key = store.newKey();
    assert.equal(await store.append(key, 0, chunked(Buffer.alloc(0), 1)), 0);
    assert.deepEqual(await collect(store.readUnfinished(key, 0)), Buffer.alloc(0));
    await store.commit(key, 0);
    assert.deepEqual(await collect(await store.open(key)), Buffer.alloc(0));
  });

  test(`${name}: what a failed append wrote is overwritten, or cut off`, async (t) => {
    const store = await open(t);
    const key = store.newKey();
    await store.append(key, 0, chunked(Buffer.from('good'), 2));
    const failure = new Error('source broke');
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield randomBytes(2_000_000);
      await Promise.resolve();
      throw failure;
    }
    await assert.rejects(store.append(key, 4, broken()), failure);
    assert.equal(await store.append(key, 4, chunked(Buffer.from(' bytes'), 3)), 6);
    await store.commit(key, 10);
    assert.equal((await collect(await store.open(key))).toString(), 'good bytes');
  });

  test(`${name}: a commit that is tried again is fine, one of too few bytes is not`, async (t) => {
    const store = await open(t);
    const key = store.newKey();
    await store.append(key, 0, chunked(Buffer.from('abc'), 1));
    await assert.rejects(store.commit(key, 4));
    await store.commit(key, 3);
    await store.commit(key, 3);
    assert.equal((await collect(await store.open(key))).toString(), 'abc');
    await assert.rejects(store.commit(store.newKey(), 0), ObjectNotFoundError);
  });

  test(`${name}: nothing can be appended beyond bytes that are not there`, async (t) => {
    const store = await open(t);
    await assert.rejects(store.append(store.newKey(), 5, chunked(Buffer.from('abc'), 1)), ObjectNotFoundError);
    await assert.rejects(collect(store.readUnfinished(store.newKey(), 5)), ObjectNotFoundError);
  });

  test(`${name}: abort and delete, of what is there and of what is not`, async (t) => {
    const store = await open(t);
    const unfinished = store.newKey();
    await store.append(unfinished, 0, chunked(Buffer.from('abc'), 1));
    await store.abort(unfinished);
    await store.abort(unfinished);
    await assert.rejects(store.commit(unfinished, 3), ObjectNotFoundError);
    const keys = Array.from({ length: 40 }, () => store.newKey());
    for (const key of keys.slice(0, 20)) {
      await store.append(key, 0, chunked(Buffer.from('abc'), 3));
      await store.commit(key, 3);
    }
    assert.deepEqual(await store.delete(keys), []);
    for (const key of keys) await assert.rejects(store.open(key), ObjectNotFoundError);
    assert.deepEqual(await store.delete([]), []);
  });

  test(`${name}: a deletion that is stopped names what it left`, async (t) => {
    const store = await open(t);
    const key = store.newKey();
    const failures = await store.delete([key], AbortSignal.abort());
    assert.deepEqual(
      failures.map((failure) => failure.key),
      [key],
    );
  });
}

async function* chunked(bytes: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    yield bytes.subarray(at, at + chunkBytes);
    await Promise.resolve();
  }
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}
