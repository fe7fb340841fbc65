import { ListMultipartUploadsCommand, type S3Client } from '@aws-sdk/client-s3';
import pMap from 'p-map';
import {
  type BlobStore,
  type DeletionFailure,
  isStorageKey,
  type Leftover,
  type LeftoverPage,
  stoppedReason,
} from './blob-store.ts';
import type { S3Options } from './s3-client.ts';
import { listNames } from './s3-listing.ts';
import type { S3Objects } from './s3-objects.ts';

const abortsAtOnce = 16;

type Cursor =
  | { readonly kind: 'multipart'; readonly keyMarker?: string }
  // After a name: of a job that an older version has begun.
  | { readonly kind: 'segment'; readonly token?: string; readonly startAfter?: string };

/** What the blob store can say of and do to leftovers: first multipart uploads, then segments. */
export function createS3Leftovers(
  client: S3Client,
  options: S3Options,
  objects: S3Objects,
): Pick<BlobStore, 'listLeftovers' | 'deleteLeftovers'> {
  const { bucket: Bucket, prefix } = options;
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
    { token, startAfter }: Extract<Cursor, { kind: 'segment' }>,
    { olderThan, limit, signal }: ListOptions,
  ): Promise<LeftoverPage> {
    const folder = 'uploads/';
    const { names, nextToken } = await listNames(client, options, { folder, limit, token, startAfter, signal });
    const leftovers = names.flatMap(({ name, modifiedAt }) => {
      const [key = '', id = '', ...further] = name.slice(prefix.length + folder.length).split('/');
      if (!modifiedAt || modifiedAt >= olderThan || !isStorageKey(key) || !id || further.length > 0) return [];
      return [{ key, handle: `segment:${id}` }];
    });
    const next: Cursor | undefined = nextToken === undefined ? undefined : { kind: 'segment', token: nextToken };
    return { leftovers, nextCursor: next && JSON.stringify(next) };
  }

  return {
    listLeftovers: (page) => {
      const cursor = JSON.parse(page.cursor ?? '{"kind":"multipart"}') as Cursor;
      return cursor.kind === 'multipart' ? listMultiparts(cursor.keyMarker, page) : listSegments(cursor, page);
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
      await pMap(
        multiparts,
        async ({ key, uploadId }) => {
          if (signal?.aborted) failures.push({ key, reason: stoppedReason });
          else {
            await objects
              .abortMultipart(key, uploadId, signal)
              .catch((error: Error) => failures.push({ key, reason: error.message }));
          }
        },
        { concurrency: abortsAtOnce },
      );
      await objects.deleteNames(
        [...segments.keys()],
        (name, reason) => failures.push({ key: segments.get(name)?.key ?? name, reason }),
        signal,
      );
      return failures;
    },
  };
}
