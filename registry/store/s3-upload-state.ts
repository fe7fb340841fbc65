import { createHash } from 'node:crypto';
import { ObjectNotFoundError } from './blob-store.ts';

/** Bytes that do not fill a part, kept as an object of their own until they do. */
export interface Segment {
  readonly id: string;
  readonly sizeBytes: number;
}

/** Where an unfinished object stands: parts of a multipart upload first, then segments. */
export interface S3UploadState {
  /** Undefined before there is a part. */
  readonly uploadId: string | undefined;
  readonly partCount: number;
  readonly partsBytes: number;
  /** Stands for the etags of all parts: they would be too many to be kept themselves. */
  readonly partsDigest: string;
  readonly segments: readonly Segment[];
  /** Segments that the append before the next may still be tried again with; the next append deletes them. */
  readonly obsoleteIds: readonly string[];
  /** Whether the final object is there already, at `partsBytes`. */
  readonly isPlaced: boolean;
}

export const emptyState: S3UploadState = {
  uploadId: undefined,
  partCount: 0,
  partsBytes: 0,
  partsDigest: '',
  segments: [],
  obsoleteIds: [],
  isPlaced: false,
};

/** The bytes that an unfinished object has. */
export function sizeOf(state: S3UploadState): number {
  return state.partsBytes + segmentsBytes(state.segments);
}

export function segmentsBytes(segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
}

/** The digest that stands for the parts so far and one more. */
export function addToPartsDigest(partsDigest: string, etag: string): string {
  return createHash('sha256').update(partsDigest).update(etag).digest('base64url');
}

export function formatState(state: S3UploadState): string {
  return JSON.stringify(state);
}

/**
 * Reads what `formatState` wrote.
 *
 * @throws ObjectNotFoundError for the empty text: nothing has been appended to the object `key`
 */
export function parseState(key: string, text: string): S3UploadState {
  if (text === '') throw new ObjectNotFoundError(key);
  return { ...emptyState, ...(JSON.parse(text) as Partial<S3UploadState>) };
}
