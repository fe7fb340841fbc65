import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { mayAct } from './access.ts';
import { type BlobStore, type ByteRange, ObjectNotFoundError, type ObjectStream } from '../store/blob-store.ts';
import { blobUnknown, findLinkedBlob, keepBlob, type LinkedBlob, unlinkBlob } from '../blobs/blobs.ts';
import { parseRange } from './byte-range.ts';
import { blobKey, type CoherentCache } from '../cache/coherent-cache.ts';
import { requireDigest } from '../blobs/digest.ts';
import { HttpError } from './http-error.ts';
import { isUnmodified, type RepositoryExchange, sendEmpty } from './exchange.ts';
import { errnoOf } from '../store/file-system.ts';
import { createHandOver } from './nginx-hand-over.ts';
import { quarantineError } from '../blobs/quarantine.ts';
import { ClientGoneError } from './request-body.ts';

export interface BlobRouteDeps {
  readonly pool: pg.Pool;
  readonly blobStore: BlobStore;
  readonly cache: CoherentCache;
  /** What an NGINX in front proves itself with; then it sends the bytes of blobs. */
  readonly nginxSecret?: string | undefined;
}

type Handler = (exchange: RepositoryExchange) => Promise<void>;

/** Makes the handlers of blobs (OCI distribution specification, "Pulling blobs" and "Content Management"). */
export function createBlobHandlers(deps: BlobRouteDeps): Readonly<Record<'head' | 'get' | 'remove', Handler>> {
  const { pool, blobStore, cache } = deps;
  const handOver = createHandOver({ blobStore, nginxSecret: deps.nginxSecret });

  async function requireBlob({ repository }: RepositoryExchange, digest: string): Promise<LinkedBlob> {
    const load = () => findLinkedBlob(pool, repository, digest);
    const blob = await cache.get(blobKey(repository, digest), load, blobBytes);
    if (!blob) throw blobUnknown(repository, digest);
    return blob;
  }

  async function open(
    exchange: RepositoryExchange,
    blob: LinkedBlob,
    range: ByteRange | undefined,
  ): Promise<ObjectStream> {
    try {
      return await blobStore.open(blob.storageKey, range);
    } catch (error) {
      if (!(error instanceof ObjectNotFoundError)) throw error;
      // Either the blob was collected, and perhaps pushed again, since its row was read, or bytes have been lost.
      cache.invalidate([blobKey(exchange.repository, blob.digest)]);
      const now = await requireBlob(exchange, blob.digest);
      if (now.storageKey === blob.storageKey) throw error;
      return blobStore.open(now.storageKey, range);
    }
  }

  return {
    head: async (exchange) => {
      const digest = requireDigest(exchange.reference).text;
      const blob = await requireBlob(exchange, digest);
      const mayPush = mayAct(exchange.claims, exchange.repository.full, 'push');
      if (mayPush && performance.now() >= blob.leasedUntilMs) {
        if (!(await keepBlob(pool, exchange.repository, blob))) throw blobUnknown(exchange.repository, digest);
        // What is cached does not know of the lease yet.
        cache.invalidate([blobKey(exchange.repository, digest)]);
      }
      sendEmpty(exchange, 200, { ...headersOf(blob), 'Content-Length': blob.sizeBytes });
    },

    get: async (exchange) => {
      const { req, res } = exchange;
      const digest = requireDigest(exchange.reference).text;
      const blob = await requireBlob(exchange, digest).catch(async (error: unknown) => {
        throw (await quarantineError(pool, exchange.repository, digest)) ?? error;
      });
      const headers = headersOf(blob);
      if (isUnmodified(req, headers.ETag)) {
        sendEmpty(exchange, 304, headers);
        return;
      }
      const ifRange = req.headers['if-range'];
      const isRangeWanted = ifRange === undefined || ifRange === headers.ETag;
      const range = isRangeWanted ? parseRange(req.headers.range, blob.sizeBytes) : 'all';
      if (range === 'unsatisfiable') {
        throw new HttpError('RANGE_INVALID', `the blob ${digest} has ${blob.sizeBytes} bytes: ask for some of those`, {
          headers: { 'Content-Range': `bytes */${blob.sizeBytes}` },
          detail: { size: blob.sizeBytes },
        });
      }
      const isWhole = range === 'all';
      const stretch = isWhole ? { start: 0, end: blob.sizeBytes - 1 } : range;
      const contentBytes = stretch.end - stretch.start + 1;
      const allHeaders = {
        ...headers,
        'Content-Length': contentBytes,
        ...(!isWhole && { 'Content-Range': `bytes ${stretch.start}-${stretch.end}/${blob.sizeBytes}` }),
      };
      if (contentBytes === 0) {
        sendEmpty(exchange, 200, allHeaders);
        return;
      }
      if (blobStore.presign) {
        // The client repeats its Range there.
        sendEmpty(exchange, 307, { ...headers, Location: await blobStore.presign(blob.storageKey) });
        return;
      }
      const redirect = handOver(req, blob.storageKey, isWhole);
      if (redirect !== undefined) {
        exchange.bodyBytes += contentBytes;
        sendEmpty(exchange, 200, { ...headers, 'X-Accel-Redirect': redirect });
        return;
      }
      const source = await open(exchange, blob, stretch);
      res.writeHead(isWhole ? 200 : 206, allHeaders);
      await stream(exchange, source, contentBytes);
    },

    remove: async (exchange) => {
      const digest = requireDigest(exchange.reference).text;
      await unlinkBlob(pool, exchange.repository, digest);
      await cache.publish([blobKey(exchange.repository, digest)]);
      sendEmpty(exchange, 202);
    },
  };
}

/**
 * Sends the body of a response, and ends it once exactly as many bytes have passed as were announced: an object that
 * turns out shorter has to break the connection.
 */
async function stream(exchange: RepositoryExchange, source: ObjectStream, expectedBytes: number): Promise<void> {
  let sentBytes = 0;
  const onSent = (sizeBytes: number): void => {
    sentBytes += sizeBytes;
  };
  try {
    if (source.sendTo) await source.sendTo(exchange.res, onSent);
    else {
      source.on('data', (chunk: Uint8Array) => onSent(chunk.length));
      await pipeline(source, exchange.res, { end: false });
    }
  } catch (error) {
    if (errnoOf(error) === 'ERR_STREAM_PREMATURE_CLOSE')
      throw new ClientGoneError('the client went away', { cause: error });
    throw error;
  } finally {
    exchange.bodyBytes += sentBytes;
  }
  if (sentBytes !== expectedBytes) throw new Error(`an object gave ${sentBytes} of ${expectedBytes} bytes`);
  exchange.res.end();
}

function blobBytes(): number {
  return 300;
}

function headersOf(blob: LinkedBlob): Record<'ETag' | 'Docker-Content-Digest', string> & Record<string, string> {
  return {
    'Content-Type': 'application/octet-stream',
    'Docker-Content-Digest': blob.digest,
    ETag: `"${blob.digest}"`,
    'Accept-Ranges': 'bytes',
  };
}
