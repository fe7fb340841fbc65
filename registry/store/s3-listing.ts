import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { S3Options } from './s3-client.ts';

/** An object by its name in the bucket. */
export interface ListedName {
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date | undefined;
}

export interface NamesPage {
  readonly names: readonly ListedName[];
  /** Undefined after the last page. */
  readonly nextToken: string | undefined;
}

export interface ListNamesOptions {
  /** What the names begin with, after the prefix of the store. */
  readonly folder: string;
  readonly limit: number;
  /** What the page before gave; undefined for the first. */
  readonly token: string | undefined;
  /** The first page begins after this name. */
  readonly startAfter?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Lists a page of the objects of a bucket, whosever they are. It goes on by what the bucket said, never by a name of the
 * page: that may be one which XML cannot hold, and which the bucket would not know again.
 *
 * @throws Error where the bucket says that there is more, and does not say where
 */
export async function listNames(
  client: S3Client,
  { bucket: Bucket, prefix }: S3Options,
  { folder, limit, token, startAfter, signal }: ListNamesOptions,
): Promise<NamesPage> {
  const page = await client.send(
    new ListObjectsV2Command({
      Bucket,
      Prefix: `${prefix}${folder}`,
      MaxKeys: limit,
      ...(token !== undefined && { ContinuationToken: token }),
      ...(token === undefined && startAfter !== undefined && { StartAfter: startAfter }),
    }),
    signal ? { abortSignal: signal } : {},
  );
  const nextToken = page.IsTruncated ? page.NextContinuationToken : undefined;
  if (page.IsTruncated && (nextToken === undefined || nextToken === token)) {
    throw new Error(`S3 gave no continuation token for the list of ${prefix}${folder}, which has more pages`);
  }
  const names = (page.Contents ?? []).map(({ Key = '', Size = 0, LastModified }) => ({
    name: Key,
    sizeBytes: Size,
    modifiedAt: LastModified,
  }));
  return { names, nextToken };
}
