import { createHash, randomBytes } from 'node:crypto';

/** Content to push, in the parts that it is sent in. */
export interface Content {
  readonly digest: string;
  readonly sizeBytes: number;
  readonly parts: readonly Uint8Array[];
}

const tailBytes = 16;

/**
 * Makes a source of ever new content of one size. All but the last 16 bytes are the same and are hashed once, so that
 * making it costs nothing while servers are measured; to a server every one is a blob that it has never seen.
 */
export function createContentSource(sizeBytes: number): () => Content {
  const shared = randomBytes(sizeBytes - tailBytes);
  const hash = createHash('sha256').update(shared);
  return () => {
    const tail = randomBytes(tailBytes);
    return { digest: `sha256:${hash.copy().update(tail).digest('hex')}`, sizeBytes, parts: [shared, tail] };
  };
}

/** Cuts content into stretches of `chunkBytes`, the last of which may be shorter. */
export function chunksOf({ parts }: Content, chunkBytes: number): readonly (readonly Uint8Array[])[] {
  const chunks: Uint8Array[][] = [[]];
  let leftBytes = chunkBytes;
  for (const part of parts) {
    for (let at = 0; at < part.length;) {
      if (leftBytes === 0) {
        chunks.push([]);
        leftBytes = chunkBytes;
      }
      const piece = part.subarray(at, at + leftBytes);
      chunks.at(-1)?.push(piece);
      at += piece.length;
      leftBytes -= piece.length;
    }
  }
  return chunks;
}
