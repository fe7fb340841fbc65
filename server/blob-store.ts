import { join } from 'node:path';
import type { Config } from '../config/load.ts';
import type { BlobStore } from '../registry/store/blob-store.ts';
import { createFilesystemBlobStore } from '../registry/store/filesystem-blob-store.ts';
import type { Logger } from '../log/logger.ts';

/** What of the configuration says where blobs are. */
export type BlobStoreConfig = Pick<Config, 'dataDir' | 's3' | 'maxUploadBytes'>;

/** A blob store, and how to let go of it. */
export interface OpenBlobStore {
  readonly blobStore: BlobStore;
  readonly close: () => void;
}

/**
 * Opens the blob store that the configuration names.
 *
 * @throws BucketUnusableError, or the error of the file system
 */
export async function openBlobStore(config: BlobStoreConfig, log: Logger): Promise<OpenBlobStore> {
  if (!config.s3) {
    const blobStore = await createFilesystemBlobStore({ rootPath: join(config.dataDir, 'blobs') });
    return { blobStore, close: () => undefined };
  }
  // The SDK costs time and memory that a process without S3 need not spend.
  const { createS3BlobStore } = await import('../registry/store/s3-blob-store.ts');
  const blobStore = await createS3BlobStore({ ...config.s3, maxObjectBytes: config.maxUploadBytes, log });
  return { blobStore, close: () => blobStore.close() };
}
