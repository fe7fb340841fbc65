import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import {
  type AppendOptions,
  type BlobStore,
  type Leftover,
  ObjectNotFoundError,
  stoppedReason,
} from '../../../registry/store/blob-store.ts';

/** What every blob store has to do. Registers tests; `open` makes a store that is cleared away when the test ends. */
export function testBlobStoreContract(name: string, open: (t: TestContext) => Promise<BlobStore>): void {
  test(`${name}: an object that is written in pieces is read back whole and in part`, async (t) => {
    const store = await open(t);
    const key = store.newKey();
    const bytes = randomBytes(3_500_000);
    const state = await appendPieces(store, key, bytes, [1, 1_000_000, 1_000_001, bytes.length]);
    await assert.rejects(store.open(key), ObjectNotFoundError);
    await store.commit(key, bytes.length, state);
    assert.deepEqual(await collect(await store.open(key)), bytes);
    assert.deepEqual(await collect(await store.open(key, { start: 7, end: 7 })), bytes.subarray(7, 8));
    assert.deepEqual(
      await collect(await store.open(key, { start: 1_048_570, end: 3_499_999 })),
      bytes.subarray(1_048_570),
    );
  });

  test(`${name}: a large object, in one piece, in large pieces, and ending in small ones`, { timeout }, async (t) => {
    const store = await open(t);
    const bytes = randomBytes(26_000_003);
    for (const [ends, isLast] of [
      [[bytes.length], true],
      [[bytes.length], false],
      [[7_000_000, 9_000_000, 17_000_000, bytes.length], false],
      [[7_000_000, 9_000_000, 17_000_000, bytes.length], true],
      [[16_777_216, 16_777_217, 16_777_218, bytes.length - 3, bytes.length], true],
      [[8_388_608, 25_165_824, bytes.length], false],
    ] as const) {
      const key = store.newKey();
      await store.commit(key, bytes.length, await appendPieces(store, key, bytes, ends, isLast));
      assert.ok((await collect(await store.open(key))).equals(bytes), `pieces that end at ${ends.join(', ')}`);
    }
  });

  test(`${name}: an object of very many small pieces`, { timeout }, async (t) => {
    const store = await open(t);
    const bytes = randomBytes(500 * 211);
    const key = store.newKey();
    const ends = Array.from({ length: 500 }, (_, index) => (index + 1) * 211);
    const state = await appendPieces(store, key, bytes, ends);
    assert.ok(state.length < 4_096, 'what the store has to be told again stays small');
    await store.commit(key, bytes.length, state);
    assert.ok((await collect(await store.open(key))).equals(bytes));
    assert.deepEqual((await store.listLeftovers(everything())).leftovers, [], 'nothing else is left of it');
  });

  test(`${name}: an empty object`, async (t) => {
    const store = await open(t);
    const key = store.newKey();
    const { appendedBytes, state } = await store.append(key, 0, chunked(Buffer.alloc(0), 1));
    assert.equal(appendedBytes, 0);
    await store.commit(key, 0, state);
    assert.deepEqual(await collect(await store.open(key)), Buffer.alloc(0));
  });

  test(`${name}: what a failed append wrote is overwritten, or cut off`, async (t) => {
    const store = await open(t);
    const key = store.newKey();
    const { state } = await store.append(key, 0, chunked(Buffer.from('good'), 2));
    const failure = new Error('source broke');
    async function* broken(): AsyncGenerator<Uint8Array> {
      for (let sent = 0; sent < 20; sent++) yield randomBytes(1_000_000);
      await Promise.resolve();
      throw failure;
    }
    await assert.rejects(store.append(key, 4, broken(), { state }), failure);
    const appended = await store.append(key, 4, chunked(Buffer.from(' bytes'), 3), { state });
    assert.equal(appended.appendedBytes, 6);
    await store.commit(key, 10, appended.state);
    assert.equal((await collect(await store.open(key))).toString(), 'good bytes');
  });

  test(`${name}: a commit that is tried again is fine, one of too few bytes is not`, async (t) => {
    const store = await open(t);
    const key = store.newKey();
    const { state } = await store.append(key, 0, chunked(Buffer.from('abc'), 1));
    await assert.rejects(store.commit(key, 4, state));
    await store.commit(key, 3, state);
    await store.commit(key, 3, state);
    assert.equal((await collect(await store.open(key))).toString(), 'abc');
    await assert.rejects(store.commit(store.newKey(), 0), ObjectNotFoundError);
  });

  test(`${name}: nothing can be appended beyond bytes that are not there`, async (t) => {
    const store = await open(t);
    await assert.rejects(store.append(store.newKey(), 5, chunked(Buffer.from('abc'), 1)), ObjectNotFoundError);
  });

  test(`${name}: abort and delete, of what is there and of what is not`, async (t) => {
    const store = await open(t);
    const unfinished = store.newKey();
    const { state } = await store.append(unfinished, 0, chunked(Buffer.from('abc'), 1));
    await store.abort(unfinished, state);
    await store.abort(unfinished, state);
    await assert.rejects(store.commit(unfinished, 3, state), ObjectNotFoundError);
    const large = store.newKey();
    const last = await store.append(large, 0, chunked(randomBytes(9_000_000), 1_000_000));
    await store.abort(large, last.state);
    await assert.rejects(store.commit(large, 9_000_000, last.state), ObjectNotFoundError);
    const final = store.newKey();
    await appendPieces(store, final, Buffer.from('abc'), [3], true);
    await store.abort(final);
    await assert.rejects(store.open(final), ObjectNotFoundError);
    assert.deepEqual((await store.listLeftovers(everything())).leftovers, []);
    const keys = Array.from({ length: 40 }, () => store.newKey());
    for (const key of keys.slice(0, 20)) {
      await store.commit(key, 3, (await store.append(key, 0, chunked(Buffer.from('abc'), 3))).state);
    }
    assert.deepEqual(await store.delete(keys), []);
    for (const key of keys) await assert.rejects(store.open(key), ObjectNotFoundError);
    assert.deepEqual(await store.delete([]), []);
  });

  test(`${name}: leftovers are listed by age, page by page, and deleted; a final object is none`, async (t) => {
    const store = await open(t);
    const unfinished: string[] = [];
    for (const sizeBytes of [10, 9_000_000, 20, 30]) {
      const key = store.newKey();
      unfinished.push(key);
      await store.append(key, 0, chunked(randomBytes(sizeBytes), 1_000_000));
    }
    const final = store.newKey();
    await store.commit(final, 3, await appendPieces(store, final, Buffer.from('abc'), [3]));

    const young = await store.listLeftovers({ ...everything(), olderThan: new Date(Date.now() - 3_600_000) });
    assert.deepEqual(young.leftovers, []);
    const found: Leftover[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.listLeftovers({ ...everything(), limit: 2, cursor });
      assert.ok(page.leftovers.length <= 2);
      found.push(...page.leftovers);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    assert.deepEqual([...new Set(found.map(({ key }) => key))].sort(), unfinished.sort());

    const stopped = await store.deleteLeftovers(found, AbortSignal.abort());
    assert.deepEqual(stopped.map(({ key }) => key).sort(), found.map(({ key }) => key).sort());
    assert.deepEqual(await store.deleteLeftovers(found), []);
    assert.deepEqual(await store.deleteLeftovers(found), []);
    const left = await store.listLeftovers(everything());
    assert.deepEqual(left.leftovers, []);
    assert.equal((await collect(await store.open(final))).toString(), 'abc');
  });

  test(`${name}: final objects are listed in pages, with their sizes; unfinished ones are not`, async (t) => {
    const store = await open(t);
    const final = [];
    for (const sizeBytes of [0, 1, 1_000, 70_000, 5]) {
      const key = store.newKey();
      const bytes = randomBytes(sizeBytes);
      await store.commit(key, sizeBytes, await appendPieces(store, key, bytes, [sizeBytes]));
      final.push({ key, sizeBytes });
      assert.equal(await store.sizeOf(key), sizeBytes);
    }
    const unfinished = store.newKey();
    await store.append(unfinished, 0, chunked(randomBytes(10), 10));
    assert.equal(await store.sizeOf(unfinished), undefined);
    const listed: { key: string; sizeBytes: number }[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.listObjects({ limit: 2, cursor });
      assert.ok(page.objects.length <= 2);
      for (const { key, sizeBytes, modifiedAt } of page.objects) {
        listed.push({ key, sizeBytes });
        assert.ok(Math.abs(modifiedAt.getTime() - Date.now()) < timeout);
      }
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    assert.deepEqual(
      listed,
      final.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    );
  });

  test(`${name}: a deletion that is stopped names what it left`, async (t) => {
    const store = await open(t);
    const key = store.newKey();
    const failures = await store.delete([key], AbortSignal.abort());
    assert.deepEqual(failures, [{ key, reason: stoppedReason }]);
  });
}

const timeout = 120_000;

/** All leftovers, of any age, in one page. */
function everything() {
  return { olderThan: new Date(Date.now() + 3_600_000), limit: 1_000, cursor: undefined };
}

/** Appends bytes in pieces that end where `ends` says. Gives the state after the last. */
async function appendPieces(
  store: BlobStore,
  key: string,
  bytes: Uint8Array,
  ends: readonly number[],
  isLast = false,
): Promise<string> {
  let state: string | undefined;
  let offset = 0;
  for (const end of ends) {
    const options: AppendOptions = { isLast: isLast && end === bytes.length, ...(state !== undefined && { state }) };
    const appended = await store.append(key, offset, chunked(bytes.subarray(offset, end), 65_536), options);
    assert.equal(appended.appendedBytes, end - offset);
    ({ state } = appended);
    offset = end;
  }
  return state ?? '';
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
