import { ListMultipartUploadsCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import {
  type BlobStore,
  type DeletionFailure,
  isStorageKey,
  type Leftover,
  type LeftoverPage,
  stoppedReason,
} from './blob-store.ts';
import type { S3Options } from './s3-client.ts';
import type { S3Objects } from './s3-objects.ts';

const abortsAtOnce = 16;

type Cursor =
  | { readonly kind: 'multipart'; readonly keyMarker?: string }
  | { readonly kind: 'segment'; readonly startAfter?: string };

/** What the blob store can say of and do to leftovers: first multipart uploads, then segments. */
export function createS3Leftovers(
  client: S3Client,
  { bucket: Bucket, prefix }: S3Options,
  objects: S3Objects,
): Pick<BlobStore, 'listLeftovers' | 'deleteLeftovers'> {
  type ListOptions = Parameters<BlobStore['listLeftovers']>[0];

  async function listMultiparts(
    keyMarker: string | undefined,
    { olderThan, limit, signal }: ListOptions,
  ): Promise<LeftoverPage> {
    const page = await client.send(
      new ListMultipartUploadsCommand({
        Bucket,
        Prefix: `${prefix}blobs/`,
        MaxUploads: limit,
        ...(keyMarker !== undefined && { KeyMarker: keyMarker }),
      }),
      signal ? { abortSignal: signal } : {},
    );
    const leftovers = (page.Uploads ?? []).flatMap(({ Key = '', UploadId, Initiated }) => {
      const key = Key.slice(Key.lastIndexOf('/') + 1);
      if (UploadId === undefined || !Initiated || Initiated >= olderThan || !isStorageKey(key)) return [];
      return objects.finalName(key) === Key ? [{ key, handle: `multipart:${UploadId}` }] : [];
    });
    // By key alone: the upload that a page ended with may be gone by now. Where a key has several uploads, after a crash,
    // the rest of them is left to the next listing.
    const next: Cursor =
      page.IsTruncated && page.NextKeyMarker !== undefined
        ? { kind: 'multipart', keyMarker: page.NextKeyMarker }
        : { kind: 'segment' };
    return { leftovers, nextCursor: JSON.stringify(next) };
  }

  async function listSegments(
    startAfter: string | undefined,
    { olderThan, limit, signal }: ListOptions,
  ): Promise<LeftoverPage> {
    const Prefix = `${prefix}uploads/`;
    const page = await client.send(
      new ListObjectsV2Command({
        Bucket,
        Prefix,
        MaxKeys: limit,
        ...(startAfter !== undefined && { StartAfter: startAfter }),
      }),
      signal ? { abortSignal: signal } : {},
    );
    const contents = page.Contents ?? [];
    const leftovers = contents.flatMap(({ Key = '', LastModified }) => {
      const [key = '', id = '', ...further] = Key.slice(Prefix.length).split('/');
      if (!LastModified || LastModified >= olderThan || !isStorageKey(key) || !id || further.length > 0) return [];
      return [{ key, handle: `segment:${id}` }];
    });
    const last = contents.at(-1)?.Key;
    const next: Cursor | undefined =
      page.IsTruncated && last !== undefined ? { kind: 'segment', startAfter: last } : undefined;
    return { leftovers, nextCursor: next && JSON.stringify(next) };
  }

  return {
    listLeftovers: (options) => {
      const cursor = JSON.parse(options.cursor ?? '{"kind":"multipart"}') as Cursor;
      return cursor.kind === 'multipart'
        ? listMultiparts(cursor.keyMarker, options)
        : listSegments(cursor.startAfter, options);
    },

    deleteLeftovers: async (leftovers, signal) => {
      const failures: DeletionFailure[] = [];
      const segments = new Map<string, Leftover>();
      const multiparts: { key: string; uploadId: string }[] = [];
      for (const leftover of leftovers) {
        const at = leftover.handle.indexOf(':');
        const id = leftover.handle.slice(at + 1);
        if (leftover.handle.startsWith('multipart:')) multiparts.push({ key: leftover.key, uploadId: id });
        else segments.set(objects.segmentName(leftover.key, id), leftover);
      }
      const queue = multiparts[Symbol.iterator]();
      async function work(): Promise<void> {
        for (const { key, uploadId } of queue) {
          if (signal?.aborted) failures.push({ key, reason: stoppedReason });
          else {
            await objects
              .abortMultipart(key, uploadId, signal)
              .catch((error: Error) => failures.push({ key, reason: error.message }));
          }
        }
      }
      await Promise.all(Array.from({ length: Math.min(abortsAtOnce, multiparts.length) }, work));
      await objects.deleteNames(
        [...segments.keys()],
        (name, reason) => failures.push({ key: segments.get(name)?.key ?? name, reason }),
        signal,
      );
      return failures;
    },
  };
}
