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

/**
 * Where the bytes of blobs live. A store knows nothing of digests or repositories: an object is named by a storage key
 * that is made once and never used again.
 */
export interface BlobStore {
  /** Makes a key for a new object. */
  newKey(): string;

  /**
   * Appends the bytes of `source` to the unfinished object `key`, which starts to exist with its first append.
   * The append is all or nothing as far as the caller can tell: what a failed one wrote is overwritten by the next.
   *
   * @param offsetBytes where the bytes go: the sum of what earlier appends returned
   * @param source what it gives is the store's, which may release its memory
   * @returns the number of bytes appended
   * @throws whatever `source` throws
   */
  append(key: string, offsetBytes: number, source: AsyncIterable<Uint8Array>): Promise<number>;

  /** Reads the unfinished object from its start up to `sizeBytes`. */
  readUnfinished(key: string, sizeBytes: number): Readable;

  /** Makes the unfinished object final at `sizeBytes`. When this resolves, the bytes survive a loss of power. */
  commit(key: string, sizeBytes: number): Promise<void>;

  /** Forgets an unfinished object. One that does not exist is fine. */
  abort(key: string): Promise<void>;

  /**
   * Opens a final object for reading.
   *
   * @throws ObjectNotFoundError
   */
  open(key: string, range?: ByteRange): Promise<ObjectStream>;

  /**
   * Deletes objects. One that does not exist counts as deleted.
   *
   * @returns the keys that could not be deleted, each with the reason
   */
  delete(keys: readonly string[], signal?: AbortSignal): Promise<{ key: string; reason: string }[]>;
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
