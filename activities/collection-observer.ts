import { type DeletionFailure, stoppedReason } from '../registry/store/blob-store.ts';
import type { ReviewedKind } from '../registry/collection/collection-backlog.ts';

/**
 * What garbage collection takes away: rows of `manifest`, `blob` and `repository`, and, of the blob store, an `object`
 * that no row owns, what it has of an `upload` that has expired, and a `leftover` of an unfinished one that has no row.
 */
export type CollectedKind = ReviewedKind | 'repository' | 'object' | 'upload' | 'leftover';

/** Told of what garbage collection has done, page by page; never by dry runs. Must not throw. */
export interface CollectionObserver {
  readonly reviewed: (kind: ReviewedKind, count: number) => void;
  readonly deleted: (kind: CollectedKind, count: number) => void;
  readonly freed: (sizeBytes: number) => void;
  /** @param count of objects that the blob store could not delete; the next run tries them again */
  readonly failed: (count: number) => void;
}

/** For who does not want to be told. */
export const noCollectionObserver: CollectionObserver = {
  reviewed: () => undefined,
  deleted: () => undefined,
  freed: () => undefined,
  failed: () => undefined,
};

/** How many the blob store has failed to delete, without those that a cancel kept from being tried. */
export function countRefused(failures: readonly DeletionFailure[]): number {
  return failures.filter(({ reason }) => reason !== stoppedReason).length;
}
