import type { FileHandle } from 'node:fs/promises';

/** Brings what is written to a file to the disk while more of it comes. */
export interface EarlySync {
  /** To be told of bytes that have been written. */
  wrote(sizeBytes: number): void;
  /**
   * Waits for the disk, as far as it is at work. Bytes written since then are not on it.
   *
   * @throws the error of the file system: it reports a failure to one caller only, and a later fsync may know nothing
   */
  settle(): Promise<void>;
}

const stretchBytes = 16 * 1024 * 1024;

/**
 * Makes the disk start with every 16 MiB, so that the fsync at the end of a large upload finds little left to do. One
 * fdatasync is under way at a time.
 */
export function createEarlySync(file: FileHandle): EarlySync {
  let pendingBytes = 0;
  let isSyncing = false;
  let sync = Promise.resolve();
  return {
    wrote: (sizeBytes) => {
      pendingBytes += sizeBytes;
      if (pendingBytes < stretchBytes || isSyncing) return;
      pendingBytes = 0;
      isSyncing = true;
      const before = sync;
      sync = file
        .datasync()
        .then(() => before)
        .finally(() => {
          isSyncing = false;
        });
      // Awaited by settle; until then a failure must not count as unhandled.
      sync.catch(() => undefined);
    },
    settle: () => sync,
  };
}
