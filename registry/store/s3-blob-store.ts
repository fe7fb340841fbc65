import { randomUUID } from 'node:crypto';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { type BlobStore, type DeletionFailure, ObjectNotFoundError } from './blob-store.ts';
import type { Logger } from '../../log/logger.ts';
import { appendToS3 } from './s3-append.ts';
import { assertBucketUsable, createS3Client, type S3Options } from './s3-client.ts';
import { createS3Leftovers } from './s3-leftovers.ts';
import { createS3Objects, type StoredPart } from './s3-objects.ts';
import {
  addToPartsDigest,
  emptyState,
  formatState,
  parseState,
  sizeOf,
  type S3UploadState,
} from './s3-upload-state.ts';

// Amazon S3 user guide, "Amazon S3 multipart upload limits".
const maxParts = 10_000;
const mebibyte = 1024 * 1024;
const leastPartBytes = 8 * mebibyte;
// Waits of up to 20 s in all, before a request is given up.
const maxAttempts = 10;
const presignedSeconds = 900;

export interface S3BlobStoreOptions extends S3Options {
  /** Whether clients are sent to the bucket for the bytes that they pull. */
  readonly redirect: boolean;
  /** The most that an object can have; from it follows the size of parts. */
  readonly maxObjectBytes: number;
  readonly log: Logger;
}

/** A blob store that holds connections. */
export interface S3BlobStore extends BlobStore {
  close(): void;
}

/**
 * Opens the blob store that keeps objects in an S3 bucket. Bytes go straight to where the final object will be, as parts
 * of a multipart upload, or, where they are fewer than a part, in one request; nothing is copied at the commit. An object
 * survives from the moment that S3 has acknowledged it.
 *
 * @throws BucketUnusableError
 */
export async function createS3BlobStore(options: S3BlobStoreOptions): Promise<S3BlobStore> {
  await assertBucketUsable(options);
  const client = createS3Client(options, maxAttempts);
  const objects = createS3Objects(client, options);
  const partBytes = Math.max(leastPartBytes, Math.ceil(options.maxObjectBytes / maxParts / mebibyte) * mebibyte);

  /** Deletes what is not needed any more. What is left is found by the job `upload_purge`. */
  async function deleteSegments(key: string, ids: readonly string[]): Promise<void> {
    await objects.deleteNames(
      ids.map((id) => objects.segmentName(key, id)),
      (name, reason) => options.log.warn({ name, reason }, 'a segment of an upload could not be deleted'),
    );
  }

  async function complete(key: string, uploadId: string, state: S3UploadState): Promise<void> {
    const tail = await readSegments(key, state);
    let digest = '';
    const parts: StoredPart[] = [];
    if (tail.length > 0) await objects.uploadPart(key, uploadId, state.partCount + 1, tail);
    for await (const part of objects.listParts(key, uploadId)) {
      const isTail = part.partNumber === state.partCount + 1 && tail.length > 0;
      if (part.partNumber > state.partCount && !isTail) break;
      if (!isTail) digest = addToPartsDigest(digest, part.etag);
      parts.push(part);
    }
    // A writer that had lost its claim may have sent a part once more.
    if (digest !== state.partsDigest) throw new ObjectNotFoundError(key);
    await objects.completeMultipart(key, uploadId, parts);
  }

  async function readSegments(key: string, { segments }: S3UploadState): Promise<Buffer> {
    return Buffer.concat(await Promise.all(segments.map(({ id }) => objects.readSegment(key, id))));
  }

  return {
    ...createS3Leftovers(client, options, objects),
    chunkBytes: partBytes,

    newKey: () => randomUUID(),

    append: async (key, offsetBytes, source, { state: text = '', isLast = false } = {}) => {
      const before = text === '' ? emptyState : parseState(key, text);
      if (sizeOf(before) !== offsetBytes || before.isPlaced) throw new ObjectNotFoundError(key);
      const { appendedBytes, state } = await appendToS3(objects, key, before, source, {
        partBytes,
        isLast,
        onLeftover: (error) => options.log.warn({ err: error, key }, 'a multipart upload could not be given up'),
      });
      await deleteSegments(key, before.obsoleteIds);
      return { appendedBytes, state: formatState(state) };
    },

    commit: async (key, sizeBytes, text = '') => {
      let segmentIds: readonly string[] = [];
      try {
        const state = parseState(key, text);
        if (sizeOf(state) !== sizeBytes) {
          throw new Error(`the unfinished object ${key} has ${sizeOf(state)} bytes, not ${sizeBytes}`);
        }
        segmentIds = [...state.segments.map(({ id }) => id), ...state.obsoleteIds];
        if (state.uploadId !== undefined) await complete(key, state.uploadId, state);
        else if (!state.isPlaced) await objects.putFinal(key, await readSegments(key, state));
      } catch (error) {
        // A commit that is tried again finds the object where the first one put it.
        if (!(error instanceof ObjectNotFoundError) || (await objects.finalSizeBytes(key)) !== sizeBytes) throw error;
      }
      await deleteSegments(key, segmentIds);
    },

    abort: async (key, text = '', signal) => {
      const { uploadId, segments, obsoleteIds } = text === '' ? emptyState : parseState(key, text);
      if (uploadId !== undefined) await objects.abortMultipart(key, uploadId, signal);
      const ids = [...segments.map(({ id }) => id), ...obsoleteIds];
      const failures: string[] = [];
      await objects.deleteNames(
        [objects.finalName(key), ...ids.map((id) => objects.segmentName(key, id))],
        (name, reason) => failures.push(`${name}: ${reason}`),
        signal,
      );
      if (failures.length > 0) throw new Error(`an upload could not be given up: ${failures.join('; ')}`);
    },

    open: async (key, range) => objects.openFinal(key, range),

    ...(options.redirect && {
      presign: (key: string) =>
        getSignedUrl(client, new GetObjectCommand({ Bucket: options.bucket, Key: objects.finalName(key) }), {
          expiresIn: presignedSeconds,
        }),
    }),

    sizeOf: (key) => objects.finalSizeBytes(key),

    listObjects: (page) => objects.listFinal(page),

    delete: async (keys, signal) => {
      const failures: DeletionFailure[] = [];
      const byName = new Map(keys.map((key) => [objects.finalName(key), key]));
      await objects.deleteNames(
        [...byName.keys()],
        (name, reason) => failures.push({ key: byName.get(name) ?? name, reason }),
        signal,
      );
      return failures;
    },

    close: () => client.destroy(),
  };
}
