import type { Readable, Writable } from 'node:stream';

/** A stretch of an object's bytes, both ends included, counted from 0. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** The bytes of a final object. Either read it, or let it send itself. */
export interface ObjectStream extends Readable {
  /**
   * Writes all bytes to a stream, without ending it, where that costs less than reading them.
   *
   * @param onSent is told of bytes that have left
   * @throws Error with the code ERR_STREAM_PREMATURE_CLOSE if `destination` closes meanwhile
   */
  readonly sendTo?: (destination: Writable, onSent: (sizeBytes: number) => void) => Promise<void>;
}

export interface AppendOptions {
  /** What the append before this one gave; left out for the first. */
  readonly state?: string;
  /** Whether a commit by this process is all that can follow, so that nothing has to be prepared for a further append. */
  readonly isLast?: boolean;
}

/** What an append has done. */
export interface Appended {
  readonly appendedBytes: number;
  /**
   * What the store has to be told again by whoever goes on with the object, in whichever process. At most a few
   * kilobytes; only the store reads it.
   */
  readonly state: string;
}

/** A piece of an unfinished object, as found in the store. */
export interface Leftover {
  /** The object that it is a piece of. */
  readonly key: string;
  /** Names the piece; only the store reads it. */
  readonly handle: string;
}

export interface LeftoverPage {
  readonly leftovers: readonly Leftover[];
  /** Undefined after the last page. */
  readonly nextCursor: string | undefined;
}

/** A final object, as found in the store. */
export interface StoredObject {
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
}

export interface ObjectPage {
  readonly objects: readonly StoredObject[];
  /** Names of what lies where objects do and is none of this store, on one page each; at most as many as a page has. */
  readonly foreign: readonly string[];
  /** Undefined after the last page. */
  readonly nextCursor: string | undefined;
}

/** What could not be deleted, and why. */
export interface DeletionFailure {
  readonly key: string;
  readonly reason: string;
}

/** Of objects that were to be deleted, those that are gone. */
export function withoutFailed<T extends { readonly key: string }>(
  objects: readonly T[],
  failures: readonly DeletionFailure[],
): T[] {
  const failedKeys = new Set(failures.map(({ key }) => key));
  return objects.filter(({ key }) => !failedKeys.has(key));
}

/**
 * Where the bytes of blobs live. A store knows nothing of digests or repositories: an object is named by a storage key
 * that is made once and never used again.
 */
export interface BlobStore {
  /** The least that a chunk of an upload should have, so that it is stored in one go; undefined where any size will do. */
  readonly chunkBytes: number | undefined;

  /** Makes a key for a new object. */
  newKey(): string;

  /**
   * Appends the bytes of `source` to the unfinished object `key`, which starts to exist with its first append.
   * The append is all or nothing as far as the caller can tell: what a failed one wrote is overwritten by the next.
   *
   * @param offsetBytes where the bytes go: the sum of what earlier appends returned
   * @param source what it gives is the store's, which may release its memory
   * @throws ObjectNotFoundError if the earlier bytes are gone; StoreFullError; whatever `source` throws
   */
  append(
    key: string,
    offsetBytes: number,
    source: AsyncIterable<Uint8Array>,
    options?: AppendOptions,
  ): Promise<Appended>;

  /**
   * Makes the unfinished object final at `sizeBytes`. When this resolves, the bytes survive a loss of power. A commit
   * may be tried again.
   *
   * @param state what the last append gave
   * @throws ObjectNotFoundError, StoreFullError
   */
  commit(key: string, sizeBytes: number, state?: string): Promise<void>;

  /**
   * Forgets an object that no blob has come to own, unfinished or already final. One that does not exist is fine.
   *
   * @param state what the last append gave that the caller knows of; the pieces of others become leftovers
   */
  abort(key: string, state?: string, signal?: AbortSignal): Promise<void>;

  /**
   * Opens a final object for reading.
   *
   * @throws ObjectNotFoundError
   */
  open(key: string, range?: ByteRange): Promise<ObjectStream>;

  /** A URL from which a client may read the final object for some minutes, where the store serves pulls itself. */
  readonly presign?: (key: string) => Promise<string>;

  /** The path of a final object below the store's folder, in characters that need no escaping. Only of stores of files. */
  relativePath?(key: string): string;

  /** The size of a final object in bytes, or undefined where there is none. */
  sizeOf(key: string): Promise<number | undefined>;

  /**
   * Lists final objects, in the order of their keys. A page may have fewer than `limit`, even none, and not be the last.
   */
  listObjects(options: {
    readonly limit: number;
    readonly cursor: string | undefined;
    readonly signal?: AbortSignal;
  }): Promise<ObjectPage>;

  /**
   * Deletes objects. One that does not exist counts as deleted.
   *
   * @returns the keys that could not be deleted, each with the reason
   */
  delete(keys: readonly string[], signal?: AbortSignal): Promise<DeletionFailure[]>;

  /**
   * Lists pieces of unfinished objects that have not been written to for some time, of live uploads too. A page may have
   * fewer than `limit`, even none, and not be the last.
   */
  listLeftovers(options: {
    readonly olderThan: Date;
    readonly limit: number;
    readonly cursor: string | undefined;
    readonly signal?: AbortSignal;
  }): Promise<LeftoverPage>;

  /**
   * Deletes pieces of unfinished objects. One that does not exist counts as deleted.
   *
   * @returns the keys of those that could not be deleted, each with the reason
   */
  deleteLeftovers(leftovers: readonly Leftover[], signal?: AbortSignal): Promise<DeletionFailure[]>;
}

/** The store has no object under this key. */
export class ObjectNotFoundError extends Error {
  override name = 'ObjectNotFoundError';
  readonly key: string;
  constructor(key: string, options?: ErrorOptions) {
    super(`the blob store has no object ${key}`, options);
    this.key = key;
  }
}

/** The store has no room for more bytes. What it holds is as it was. */
export class StoreFullError extends Error {
  override name = 'StoreFullError';
  constructor(options?: ErrorOptions) {
    super('the blob store is full', options);
  }
}

/** Why something that a signal has stopped was not done. */
export const stoppedReason = 'stopped before its turn';

const keyPattern = /^[0-9a-f][0-9a-f-]{7,63}$/;

/** Whether a text has the form of a storage key. */
export function isStorageKey(text: string): boolean {
  return keyPattern.test(text);
}

/**
 * The key, if it can be one that `newKey` made: whatever else arrives must not become part of a path.
 *
 * @throws TypeError
 */
export function requireStorageKey(key: string): string {
  if (!isStorageKey(key)) throw new TypeError('not a storage key of this blob store');
  return key;
}
