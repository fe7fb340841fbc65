import { releaseBytes } from './release-bytes.ts';
import type { S3Objects } from './s3-objects.ts';
import { addToPartsDigest, type Segment, segmentsBytes, type S3UploadState } from './s3-upload-state.ts';

export interface S3AppendOptions {
  /** Bytes of a part; S3 takes 5 MiB to 5 GiB, and 10,000 parts. */
  readonly partBytes: number;
  readonly isLast: boolean;
  /** Told of a multipart upload that could not be given up. */
  readonly onLeftover: (error: unknown) => void;
}

/**
 * Appends bytes to an unfinished object: full parts go into its multipart upload, straight to where the final object will
 * be; what is left becomes a segment, or, at the last append, the last part or the whole object.
 *
 * In memory are at most the part that is being sent and the one that is being filled.
 *
 * @throws ObjectNotFoundError if the multipart upload or a segment is gone; whatever `source` throws
 */
export async function appendToS3(
  objects: S3Objects,
  key: string,
  before: S3UploadState,
  source: AsyncIterable<Uint8Array>,
  { partBytes, isLast, onLeftover }: S3AppendOptions,
): Promise<{ appendedBytes: number; state: S3UploadState }> {
  let { uploadId, partCount, partsBytes, partsDigest } = before;
  let segments = [...before.segments];
  const obsoleteIds: string[] = [];
  let tailBytes = segmentsBytes(segments);
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let appendedBytes = 0;
  let sending: Promise<string> | undefined;

  /** Puts stored segments, the youngest first, in front of the bytes in memory. */
  async function loadSegments(isWanted: (segment: Segment) => boolean): Promise<void> {
    for (let segment = segments.at(-1); segment && isWanted(segment); segment = segments.at(-1)) {
      const bytes = await objects.readSegment(key, segment.id);
      segments.pop();
      obsoleteIds.push(segment.id);
      tailBytes -= segment.sizeBytes;
      pending.unshift(bytes);
      pendingBytes += bytes.length;
    }
  }

  function take(countBytes: number): Buffer {
    const all = Buffer.concat(pending);
    pending.forEach(releaseBytes);
    const rest = all.subarray(countBytes);
    // A copy, so that what is left over does not keep the whole in memory.
    pending = rest.length > 0 ? [Buffer.from(rest)] : [];
    pendingBytes = rest.length;
    return all.subarray(0, countBytes);
  }

  async function sent(): Promise<void> {
    if (!sending) return;
    const etag = await sending;
    sending = undefined;
    partsDigest = addToPartsDigest(partsDigest, etag);
  }

  async function sendPart(countBytes: number): Promise<void> {
    await sent();
    uploadId ??= await objects.createMultipart(key);
    partCount++;
    partsBytes += countBytes;
    sending = objects.uploadPart(key, uploadId, partCount, take(countBytes));
    // Awaited by the next part or below; until then a failure must not count as unhandled.
    sending.catch(() => undefined);
  }

  try {
    for await (const chunk of source) {
      pending.push(chunk);
      pendingBytes += chunk.length;
      appendedBytes += chunk.length;
      while (tailBytes + pendingBytes >= partBytes) {
        await loadSegments(() => true);
        await sendPart(partBytes);
      }
    }
    if (isLast) {
      await loadSegments(() => true);
      if (uploadId === undefined) {
        const sizeBytes = pendingBytes;
        await objects.putFinal(key, take(sizeBytes));
        const state = { ...before, segments, partsBytes: sizeBytes, obsoleteIds, isPlaced: true };
        return { appendedBytes, state };
      }
      if (pendingBytes > 0) await sendPart(pendingBytes);
    } else if (pendingBytes > 0) {
      // Each segment is more than twice as large as the next: few, however small the chunks, and few bytes are sent twice.
      await loadSegments((segment) => segment.sizeBytes <= 2 * pendingBytes);
      const sizeBytes = pendingBytes;
      const id = await objects.putSegment(key, take(sizeBytes));
      segments = [...segments, { id, sizeBytes }];
    }
    await sent();
  } catch (error) {
    await sending?.catch(() => undefined);
    // Nobody else knows of a multipart upload that was started here.
    if (before.uploadId === undefined && uploadId !== undefined) {
      await objects.abortMultipart(key, uploadId).catch(onLeftover);
    }
    throw error;
  }
  return {
    appendedBytes,
    state: { uploadId, partCount, partsBytes, partsDigest, segments, obsoleteIds, isPlaced: false },
  };
}
