import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import pMap from 'p-map';
import {
  type BlobStore,
  type ByteRange,
  isStorageKey,
  ObjectNotFoundError,
  type ObjectPage,
  requireStorageKey,
  type StoredObject,
  stoppedReason,
} from './blob-store.ts';
import { isMissing, type S3Options } from './s3-client.ts';
import { listNames } from './s3-listing.ts';

const contentType = 'application/octet-stream';
// One DeleteObjects may have 1,000 (Amazon S3 API reference); a page of as many is divided, so that it is done sooner.
const deleteBatch = 250;
const deletesAtOnce = 4;
// What a cursor begins with that the bucket gave.
const tokenPrefix = 'token:';

/** A part as S3 has it. */
export interface StoredPart {
  readonly partNumber: number;
  /** Without quotes, which not every answer has. */
  readonly etag: string;
}

export type S3Objects = ReturnType<typeof createS3Objects>;

/**
 * The requests that the blob store makes of its bucket. Final objects are below `blobs/`, spread over 256 prefixes, for
 * S3 scales by prefix; segments of unfinished ones are below `uploads/<key>/`.
 *
 * Everything that speaks of an object or a multipart upload that is not there throws ObjectNotFoundError.
 */
export function createS3Objects(client: S3Client, options: S3Options) {
  const { bucket: Bucket, prefix } = options;
  const finalName = (key: string): string => `${prefix}blobs/${requireStorageKey(key).slice(0, 2)}/${key}`;
  const segmentName = (key: string, id: string): string => `${prefix}uploads/${requireStorageKey(key)}/${id}`;

  async function get(key: string, Key: string, range?: ByteRange): Promise<Readable> {
    const Range = range && `bytes=${range.start}-${range.end}`;
    const { Body } = await client
      .send(new GetObjectCommand({ Bucket, Key, ...(Range !== undefined && { Range }) }))
      .catch(rethrowFor(key));
    if (!Body) throw new Error(`S3 answered the request for ${Key} without a body`);
    // In Node the SDK gives the response of node:http.
    return Body as Readable;
  }

  async function deleteAll(
    names: readonly string[],
    onFailure: (name: string, reason: string) => void,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const Delete = { Objects: names.map((Key) => ({ Key })), Quiet: true };
    try {
      signal?.throwIfAborted();
      const { Errors = [] } = await client.send(
        new DeleteObjectsCommand({ Bucket, Delete }),
        signal ? { abortSignal: signal } : {},
      );
      for (const { Key = '', Code, Message } of Errors) {
        if (Code !== 'NoSuchKey') onFailure(Key, Message ?? Code ?? 'no reason given');
      }
    } catch (error) {
      const reason = signal?.aborted ? stoppedReason : (error as Error).message;
      for (const name of names) onFailure(name, reason);
    }
  }

  return {
    finalName,
    segmentName,

    /** @throws ObjectNotFoundError */
    openFinal: (key: string, range?: ByteRange): Promise<Readable> => get(key, finalName(key), range),

    async putFinal(key: string, bytes: Uint8Array): Promise<void> {
      const Key = finalName(key);
      await client.send(
        new PutObjectCommand({ Bucket, Key, Body: bytes, ContentLength: bytes.length, ContentType: contentType }),
      );
    },

    /**
     * The size of the final object in bytes, or undefined where there is none.
     *
     * @throws the error of S3 for anything else, such as a bucket that is gone or does not let this server in
     */
    async finalSizeBytes(key: string): Promise<number | undefined> {
      try {
        const { ContentLength } = await client.send(new HeadObjectCommand({ Bucket, Key: finalName(key) }));
        return ContentLength;
      } catch (error) {
        if (!isMissing(error)) throw error;
        // The answer to HEAD has no body that could say that it is the bucket which is missing.
        await client.send(new HeadBucketCommand({ Bucket }));
        return undefined;
      }
    },

    /** Lists final objects, in the order of their names. */
    async listFinal({ limit, cursor, signal }: Parameters<BlobStore['listObjects']>[0]): Promise<ObjectPage> {
      // A job that an older version has begun goes on after a key.
      const isToken = cursor?.startsWith(tokenPrefix) ?? false;
      const { names, nextToken } = await listNames(client, options, {
        folder: 'blobs/',
        limit,
        token: isToken ? cursor?.slice(tokenPrefix.length) : undefined,
        startAfter: cursor === undefined || isToken ? undefined : finalName(cursor),
        signal,
      });
      const objects: StoredObject[] = [];
      const foreign: string[] = [];
      for (const { name, sizeBytes, modifiedAt = new Date() } of names) {
        const key = name.slice(name.lastIndexOf('/') + 1);
        if (isStorageKey(key) && finalName(key) === name) objects.push({ key, sizeBytes, modifiedAt });
        else foreign.push(name);
      }
      return { objects, foreign, nextCursor: nextToken === undefined ? undefined : `${tokenPrefix}${nextToken}` };
    },

    /** Stores bytes beside the object. Gives the segment's id. */
    async putSegment(key: string, bytes: Uint8Array): Promise<string> {
      const id = randomUUID();
      const Key = segmentName(key, id);
      await client.send(new PutObjectCommand({ Bucket, Key, Body: bytes, ContentLength: bytes.length }));
      return id;
    },

    /** @throws ObjectNotFoundError */
    async readSegment(key: string, id: string): Promise<Uint8Array> {
      const chunks: Uint8Array[] = [];
      for await (const chunk of (await get(key, segmentName(key, id))) as AsyncIterable<Uint8Array>) chunks.push(chunk);
      return Buffer.concat(chunks);
    },

    async createMultipart(key: string): Promise<string> {
      const { UploadId } = await client.send(
        new CreateMultipartUploadCommand({ Bucket, Key: finalName(key), ContentType: contentType }),
      );
      if (UploadId === undefined) throw new Error(`S3 started a multipart upload of ${key} without an id`);
      return UploadId;
    },

    /** Stores a part. Gives its etag. @throws ObjectNotFoundError */
    async uploadPart(key: string, UploadId: string, PartNumber: number, bytes: Uint8Array): Promise<string> {
      const Key = finalName(key);
      const { ETag } = await client
        .send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body: bytes, ContentLength: bytes.length }))
        .catch(rethrowFor(key));
      if (ETag === undefined) throw new Error(`S3 stored part ${PartNumber} of ${key} without an etag`);
      return unquoted(ETag);
    },

    /** The parts of a multipart upload, in their order. @throws ObjectNotFoundError */
    async *listParts(key: string, UploadId: string): AsyncGenerator<StoredPart, void, undefined> {
      let PartNumberMarker: string | undefined;
      do {
        const page = await client
          .send(
            new ListPartsCommand({
              Bucket,
              Key: finalName(key),
              UploadId,
              ...(PartNumberMarker !== undefined && { PartNumberMarker }),
            }),
          )
          .catch(rethrowFor(key));
        for (const { PartNumber, ETag } of page.Parts ?? []) {
          yield { partNumber: PartNumber ?? 0, etag: unquoted(ETag ?? '') };
        }
        PartNumberMarker = page.IsTruncated ? page.NextPartNumberMarker : undefined;
      } while (PartNumberMarker !== undefined);
    },

    /** @throws ObjectNotFoundError */
    async completeMultipart(key: string, UploadId: string, parts: readonly StoredPart[]): Promise<void> {
      const Parts = parts.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: `"${etag}"` }));
      await client
        .send(new CompleteMultipartUploadCommand({ Bucket, Key: finalName(key), UploadId, MultipartUpload: { Parts } }))
        .catch(rethrowFor(key));
    },

    /** Ends a multipart upload; one that does not exist is fine. */
    async abortMultipart(key: string, UploadId: string, abortSignal?: AbortSignal): Promise<void> {
      await client
        .send(
          new AbortMultipartUploadCommand({ Bucket, Key: finalName(key), UploadId }),
          abortSignal ? { abortSignal } : {},
        )
        .catch((error: unknown) => {
          if (!isMissing(error)) throw error;
        });
    },

    /**
     * Deletes objects by their names in the bucket, several requests at once: servers delete those of one request one
     * after the other.
     *
     * @param onFailure told of each that could not be deleted
     */
    async deleteNames(
      names: readonly string[],
      onFailure: (name: string, reason: string) => void,
      signal?: AbortSignal,
    ): Promise<void> {
      const batches = Array.from({ length: Math.ceil(names.length / deleteBatch) }, (_, index) =>
        names.slice(index * deleteBatch, (index + 1) * deleteBatch),
      );
      await pMap(batches, (batch) => deleteAll(batch, onFailure, signal), { concurrency: deletesAtOnce });
    },
  };
}

function rethrowFor(key: string): (error: unknown) => never {
  return (error) => {
    throw isMissing(error) ? new ObjectNotFoundError(key, { cause: error }) : error;
  };
}

function unquoted(etag: string): string {
  return etag.replaceAll('"', '');
}
