import { type BlobStore, ObjectNotFoundError } from './blob-store.ts';
import { createHasher, type DigestAlgorithm, type Hasher } from './digest.ts';
import { uploadUnknown, type UploadState } from './uploads.ts';

const maxKept = 4_096;

/** Remembers, for uploads under way in this process, the hash of the bytes that have arrived. */
export interface UploadHashers {
  /**
   * A hasher that has seen exactly the bytes that count so far. Where this process did not see them pass, they are read
   * back from the blob store.
   *
   * @throws RegistryError BLOB_UPLOAD_UNKNOWN if the bytes are gone
   */
  readonly resume: (upload: UploadState, algorithm: DigestAlgorithm) => Promise<Hasher>;
  /** Remembers the hasher of an upload that has grown to `sizeBytes`. */
  readonly keep: (uploadId: string, sizeBytes: number, hasher: Hasher) => void;
  readonly forget: (uploadId: string) => void;
}

/** Makes the memory of a process; beyond 4,096 uploads the one not used for longest is read back when it is needed. */
export function createUploadHashers(blobStore: BlobStore): UploadHashers {
  const kept = new Map<string, { sizeBytes: number; hasher: Hasher }>();
  return {
    resume: async (upload, algorithm) => {
      if (upload.sizeBytes === 0) return createHasher(algorithm);
      const known = kept.get(upload.id);
      if (known?.sizeBytes === upload.sizeBytes && known.hasher.algorithm === algorithm) return known.hasher.copy();
      return readBack(blobStore, upload, algorithm);
    },
    keep: (uploadId, sizeBytes, hasher) => {
      kept.delete(uploadId);
      kept.set(uploadId, { sizeBytes, hasher });
      const [oldest] = kept.keys();
      if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest);
    },
    forget: (uploadId) => void kept.delete(uploadId),
  };
}

async function readBack(blobStore: BlobStore, upload: UploadState, algorithm: DigestAlgorithm): Promise<Hasher> {
  const hasher = createHasher(algorithm);
  let sizeBytes = 0;
  const source = blobStore.readUnfinished(upload.storageKey, upload.sizeBytes) as AsyncIterable<Uint8Array>;
  try {
    for await (const chunk of source) {
      hasher.update(chunk);
      sizeBytes += chunk.length;
    }
  } catch (error) {
    throw error instanceof ObjectNotFoundError ? uploadUnknown(upload.id, { cause: error }) : error;
  }
  // A loss of power can take bytes that had been counted.
  if (sizeBytes !== upload.sizeBytes) throw uploadUnknown(upload.id);
  return hasher;
}
