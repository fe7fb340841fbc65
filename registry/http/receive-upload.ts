import type { IncomingMessage } from 'node:http';
import { type BlobStore, ObjectNotFoundError } from '../store/blob-store.ts';
import { formatUploadRange, parseContentRange } from './byte-range.ts';
import type { Hasher } from '../blobs/digest.ts';
import type { RegistryError } from '../errors.ts';
import { HttpError } from './http-error.ts';
import { announcedBytes, hasBody, readBody } from './request-body.ts';
import type { HeldClaim } from '../uploads/upload-claims.ts';
import { uploadUnknown, type UploadProgress } from '../uploads/uploads.ts';

export interface ReceiveOptions {
  /** Path of the upload, for the answer that tells a client to start over from where the upload is. */
  readonly location: string;
  /** The most bytes that the whole upload may have. */
  readonly maxUploadBytes: number;
  /** Whether the upload ends with this request. */
  readonly isLast: boolean;
}

/**
 * Appends the body of a request to an upload, and to its hash, as the bytes pass.
 *
 * @param hasher undefined where the bytes before these were not hashed here
 * @returns where the upload stands with the body; nothing counts until the caller records it
 * @throws RegistryError RANGE_INVALID (416) for a chunk that does not follow the bytes that are there (OCI distribution
 *   specification, "Pushing a blob in chunks"); BLOB_UPLOAD_INVALID for one that is not as long as it says; DENIED
 *   (413); BLOB_UPLOAD_UNKNOWN
 */
export async function receiveBody(
  blobStore: BlobStore,
  held: HeldClaim,
  req: IncomingMessage,
  hasher: Hasher | undefined,
  { location, maxUploadBytes, isLast }: ReceiveOptions,
): Promise<UploadProgress> {
  const { upload, check } = held;
  const expectedBytes = expectedChunkBytes(req, upload.sizeBytes, location);
  async function* hashed(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of readBody(req, maxUploadBytes - upload.sizeBytes, () => tooLarge(maxUploadBytes))) {
      check();
      hasher?.update(chunk);
      yield chunk;
    }
  }
  // An upload that needs no more bytes is left alone: its object may be final already, from a commit that is tried again.
  if (upload.sizeBytes > 0 && !hasBody(req)) return upload;
  const { appendedBytes: receivedBytes, state } = await blobStore
    .append(upload.storageKey, upload.sizeBytes, hashed(), { state: upload.storeState, isLast })
    .catch((error: unknown) => {
      throw error instanceof ObjectNotFoundError ? uploadUnknown(upload.id, { cause: error }) : error;
    });
  check();
  if (expectedBytes !== undefined && receivedBytes !== expectedBytes) {
    throw new HttpError(
      'BLOB_UPLOAD_INVALID',
      `the chunk has ${receivedBytes} bytes, but its Content-Range says ${expectedBytes}: send it again, from byte ${upload.sizeBytes}`,
      { detail: { received: receivedBytes, expected: expectedBytes } },
    );
  }
  return { sizeBytes: upload.sizeBytes + receivedBytes, digest: hasher?.digest() ?? null, storeState: state };
}

function expectedChunkBytes(req: IncomingMessage, offsetBytes: number, location: string): number | undefined {
  const header = req.headers['content-range'];
  if (header === undefined) return undefined;
  const range = parseContentRange(header);
  if (!range) {
    throw new HttpError(
      'BLOB_UPLOAD_INVALID',
      `the Content-Range "${header.slice(0, 80)}" is malformed: send <first byte>-<last byte>`,
    );
  }
  if (range.start !== offsetBytes) {
    throw new HttpError(
      'RANGE_INVALID',
      `the chunk starts at byte ${range.start}, but the upload has ${offsetBytes} bytes: go on from byte ${offsetBytes}`,
      { headers: { Location: location, Range: formatUploadRange(offsetBytes) }, detail: { offset: offsetBytes } },
    );
  }
  const sizeBytes = range.end - range.start + 1;
  const announced = announcedBytes(req);
  if (announced !== undefined && announced !== sizeBytes) {
    throw new HttpError(
      'BLOB_UPLOAD_INVALID',
      `Content-Range speaks of ${sizeBytes} bytes, Content-Length of ${announced}: send the chunk again with both right`,
    );
  }
  return sizeBytes;
}

function tooLarge(maxUploadBytes: number): RegistryError {
  return new HttpError(
    // A Docker engine would send all of it again, five times, on any code that it does not take as final.
    'DENIED',
    `a blob may have at most ${maxUploadBytes} bytes here: send a smaller one, or have MAX_UPLOAD_SIZE raised`,
    { status: 413, detail: { maxBytes: maxUploadBytes } },
  );
}
