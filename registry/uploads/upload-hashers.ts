import { createHasher, type DigestAlgorithm, type Hasher } from '../blobs/digest.ts';
import type { UploadState } from './uploads.ts';

const maxKept = 4_096;

/** Remembers, for uploads under way in this process, the hash of the bytes that have arrived. */
export interface UploadHashers {
  /**
   * A hasher that has seen exactly the bytes that count so far; undefined where this process did not see them pass, or
   * hashed them with another algorithm.
   */
  readonly resume: (upload: UploadState, algorithm: DigestAlgorithm) => Hasher | undefined;
  /** Remembers the hasher of an upload that has grown to `sizeBytes`. */
  readonly keep: (uploadId: string, sizeBytes: number, hasher: Hasher) => void;
  readonly forget: (uploadId: string) => void;
}

/** Makes the memory of a process; beyond 4,096 uploads the one not used for longest is forgotten. */
export function createUploadHashers(): UploadHashers {
  const kept = new Map<string, { sizeBytes: number; hasher: Hasher }>();
  return {
    resume: (upload, algorithm) => {
      if (upload.sizeBytes === 0) return createHasher(algorithm);
      const known = kept.get(upload.id);
      const isSame = known?.sizeBytes === upload.sizeBytes && known.hasher.algorithm === algorithm;
      return isSame ? known.hasher.copy() : undefined;
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
