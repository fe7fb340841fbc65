import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { constants, type FileHandle, mkdir, open, opendir, readdir, rename, stat, unlink } from 'node:fs/promises';
import path from 'node:path';
import pMap from 'p-map';
import {
  type BlobStore,
  type DeletionFailure,
  isStorageKey,
  ObjectNotFoundError,
  type ObjectStream,
  requireStorageKey,
  type StoredObject,
  stoppedReason,
  StoreFullError,
} from './blob-store.ts';
import { createBufferPool } from './buffer-pool.ts';
import { collectChunks } from './collect-chunks.ts';
import { createEarlySync } from './early-sync.ts';
import { errnoOf, isAbsent, syncFolder } from './file-system.ts';
import { releaseBytes } from './release-bytes.ts';
import { sendFile } from './send-file.ts';

const bufferBytes = 1024 * 1024;
const writeBytes = 512 * 1024;
const deletesAtOnce = 16;
// Half as large, they cost a tenth more; twice as large, nothing is won.
const sendBuffers = { bufferBytes: 512 * 1024, maxKept: 32, maxUsers: 128, smallBytes: 64 * 1024 } as const;
const shardPattern = /^[0-9a-f][0-9a-f-]$/;

/**
 * Opens the blob store that keeps objects as files below one folder: `uploads/<key>` while they grow, and
 * `blobs/<first two characters of the key>/<key>` once they are final. Several processes may share the folder.
 *
 * @param options.rootPath made if missing
 * @throws the error of the file system where the folder cannot be made or written
 */
export async function createFilesystemBlobStore(options: { readonly rootPath: string }): Promise<BlobStore> {
  const uploadsPath = path.join(options.rootPath, 'uploads');
  const blobsPath = path.join(options.rootPath, 'blobs');
  await mkdir(uploadsPath, { recursive: true });
  await mkdir(blobsPath, { recursive: true });
  for (const folder of [path.dirname(options.rootPath), options.rootPath]) await syncFolder(folder);
  const knownShards = new Set<string>();
  const buffers = createBufferPool(sendBuffers);

  const unfinishedPath = (key: string): string => path.join(uploadsPath, requireStorageKey(key));
  const shardPath = (key: string): string => path.join(blobsPath, requireStorageKey(key).slice(0, 2));
  const finalPath = (key: string): string => path.join(shardPath(key), key);

  async function ensureShard(key: string): Promise<void> {
    const shard = shardPath(key);
    if (knownShards.has(shard)) return;
    await mkdir(shard, { recursive: true });
    await syncFolder(blobsPath);
    knownShards.add(shard);
  }

  return {
    chunkBytes: undefined,

    newKey: () => randomUUID(),

    append: async (key, offsetBytes, source) => {
      await using file = await openForAppend(key, unfinishedPath(key), offsetBytes);
      let position = offsetBytes;
      let write = Promise.resolve();
      const sync = createEarlySync(file);
      try {
        for await (const chunks of collectChunks(source, writeBytes)) {
          // One write is on its way while the next is collected.
          await write;
          const at = position;
          position += chunks.reduce((sum, chunk) => sum + chunk.length, 0);
          const sizeBytes = position - at;
          write = writeAll(file, chunks, at).then(() => {
            chunks.forEach(releaseBytes);
            sync.wrote(sizeBytes);
          });
          // Awaited above or below; until then a failure must not count as unhandled.
          write.catch(() => undefined);
        }
        await write;
        await sync.settle();
      } catch (error) {
        await Promise.allSettled([write, sync.settle()]);
        const shown = fullOr(error);
        // What does not count must not take the room that others wait for.
        if (shown instanceof StoreFullError) await file.truncate(offsetBytes);
        throw shown;
      }
      return { appendedBytes: position - offsetBytes, state: '' };
    },

    commit: async (key, sizeBytes) => {
      try {
        await ensureShard(key);
        await using file = await open(unfinishedPath(key), 'r+');
        const { size } = await file.stat();
        if (size < sizeBytes) throw new Error(`the unfinished object ${key} has ${size} of ${sizeBytes} bytes`);
        if (size > sizeBytes) await file.truncate(sizeBytes);
        await file.sync();
      } catch (error) {
        // A commit that is tried again finds the object where the first one put it.
        if (!isAbsent(error) || !(await hasSize(finalPath(key), sizeBytes))) {
          throw fullOr(missingOr(error, key));
        }
        await syncFolder(shardPath(key));
        return;
      }
      try {
        await rename(unfinishedPath(key), finalPath(key));
        await syncFolder(shardPath(key));
      } catch (error) {
        throw fullOr(error);
      }
    },

    abort: async (key) => {
      await unlinkIfThere(unfinishedPath(key));
      await unlinkIfThere(finalPath(key));
    },

    open: async (key, range) => {
      const file = await open(finalPath(key), 'r').catch((error: unknown) => {
        throw missingOr(error, key);
      });
      const stream = file.createReadStream({ highWaterMark: bufferBytes, ...range });
      const sendTo: ObjectStream['sendTo'] = async (destination, onSent) => {
        try {
          const all = range ?? { start: 0, end: (await file.stat()).size - 1 };
          await sendFile(file, all, destination, buffers, onSent);
        } finally {
          // Closes the file.
          stream.destroy();
        }
      };
      return Object.assign(stream, { sendTo });
    },

    relativePath: (key) => path.relative(options.rootPath, finalPath(key)),

    delete: (keys, signal) => unlinkAll(keys, finalPath, signal),

    sizeOf: async (key) => {
      const stats = await statIfThere(finalPath(key));
      // Where the folder of all objects is gone, such as one that is not mounted, none of them is known to be.
      if (!stats) await stat(blobsPath);
      return stats?.size;
    },

    listObjects: async ({ limit, cursor = '', signal }) => {
      const entries = await readdir(blobsPath, { withFileTypes: true });
      const shards = entries
        .filter((entry) => shardPattern.test(entry.name) && !entry.isFile())
        .map(({ name }) => name);
      const current = cursor.slice(0, 2);
      // What is foreign in a folder is told of by the page that begins it.
      const foreign = cursor === '' ? entries.map(({ name }) => name).filter((name) => !shards.includes(name)) : [];
      const keys: string[] = [];
      for (const shard of shards.filter((name) => name >= current).sort()) {
        if (keys.length >= limit) break;
        const found = await firstKeysAfter(path.join(blobsPath, shard), cursor, limit - keys.length, {
          signal,
          isKey: (name) => isStorageKey(name) && name.startsWith(shard),
          onOther: (name) => void (shard !== current && foreign.length < limit && foreign.push(`${shard}/${name}`)),
        });
        keys.push(...found);
      }
      const objects: StoredObject[] = [];
      for (const key of keys) {
        const stats = await statIfThere(finalPath(key));
        if (stats) objects.push({ key, sizeBytes: stats.size, modifiedAt: stats.mtime });
      }
      return { objects, foreign: foreign.slice(0, limit), nextCursor: keys.length === limit ? keys.at(-1) : undefined };
    },

    listLeftovers: async ({ olderThan, limit, cursor = '', signal }) => {
      const keys = await firstKeysAfter(uploadsPath, cursor, limit, { signal, isKey: isStorageKey });
      const leftovers: { key: string; handle: string }[] = [];
      for (const key of keys) {
        const stats = await statIfThere(unfinishedPath(key));
        if (stats && stats.mtime < olderThan) leftovers.push({ key, handle: '' });
      }
      return { leftovers, nextCursor: keys.length === limit ? keys.at(-1) : undefined };
    },

    deleteLeftovers: (leftovers, signal) =>
      unlinkAll(
        leftovers.map(({ key }) => key),
        unfinishedPath,
        signal,
      ),
  };
}

async function unlinkAll(
  keys: readonly string[],
  pathOf: (key: string) => string,
  signal: AbortSignal | undefined,
): Promise<DeletionFailure[]> {
  const failures: DeletionFailure[] = [];
  await pMap(
    keys,
    async (key) => {
      if (signal?.aborted) failures.push({ key, reason: stoppedReason });
      else await unlinkIfThere(pathOf(key)).catch((error: Error) => failures.push({ key, reason: error.message }));
    },
    { concurrency: deletesAtOnce },
  );
  return failures;
}

/**
 * The first `limit` keys after `cursor` among the names of a folder, in their order, without keeping all of them.
 *
 * @param options.onOther told of names that are none
 */
async function firstKeysAfter(
  folder: string,
  cursor: string,
  limit: number,
  {
    signal,
    isKey,
    onOther,
  }: { signal: AbortSignal | undefined; isKey: (name: string) => boolean; onOther?: (name: string) => void },
): Promise<string[]> {
  let keys: string[] = [];
  const keepFirst = (): void => {
    keys = keys.sort().slice(0, limit);
  };
  for await (const { name } of await opendir(folder)) {
    signal?.throwIfAborted();
    if (!isKey(name)) onOther?.(name);
    else if (name > cursor) keys.push(name);
    if (keys.length >= 2 * limit) keepFirst();
  }
  keepFirst();
  return keys;
}

function missingOr(error: unknown, key: string): unknown {
  return isAbsent(error) ? new ObjectNotFoundError(key, { cause: error }) : error;
}

function fullOr(error: unknown): unknown {
  return ['ENOSPC', 'EDQUOT'].includes(errnoOf(error) ?? '') ? new StoreFullError({ cause: error }) : error;
}

async function openForAppend(key: string, file: string, offsetBytes: number): Promise<FileHandle> {
  // Beyond the start the file must be there: a new one would have a hole where the earlier bytes were.
  const flags = offsetBytes === 0 ? constants.O_WRONLY | constants.O_CREAT : constants.O_WRONLY;
  const handle = await open(file, flags, 0o640).catch((error: unknown) => {
    throw fullOr(missingOr(error, key));
  });
  try {
    const { size } = await handle.stat();
    if (size < offsetBytes) throw new ObjectNotFoundError(key);
    if (size > offsetBytes) {
      // After a loss of power a file of the right length must not hold what a failed append wrote: the digest of an
      // upload is that of the bytes that passed, and is not computed again.
      await handle.truncate(offsetBytes);
      await handle.sync();
    }
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function writeAll(file: FileHandle, chunks: Uint8Array[], position: number): Promise<void> {
  let pending = chunks;
  let at = position;
  while (pending.length > 0) {
    let { bytesWritten: written } = await file.writev(pending, at);
    at += written;
    const rest: Uint8Array[] = [];
    for (const chunk of pending) {
      const skipped = Math.min(written, chunk.length);
      written -= skipped;
      if (skipped < chunk.length) rest.push(chunk.subarray(skipped));
    }
    pending = rest;
  }
}

async function statIfThere(file: string): Promise<Stats | undefined> {
  try {
    return await stat(file);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

async function hasSize(file: string, sizeBytes: number): Promise<boolean> {
  return (await statIfThere(file))?.size === sizeBytes;
}

async function unlinkIfThere(file: string): Promise<void> {
  await unlink(file).catch((error: unknown) => {
    if (!isAbsent(error)) throw error;
  });
}
