import type { IncomingMessage } from 'node:http';
import { formatUploadRange } from './byte-range.ts';
import { mayAct } from './access.ts';
import { mountBlob } from '../blobs/blobs.ts';
import { commitUpload, type CommitDeps } from '../uploads/commit-upload.ts';
import { defaultAlgorithm, type Digest, parseDigest, requireAlgorithm, requireDigest } from '../blobs/digest.ts';
import { RegistryError } from '../errors.ts';
import { type RepositoryExchange, sendEmpty } from './exchange.ts';
import { parseRepositoryName, type RepositoryName } from '../repositories/names.ts';
import {
  type FindReadableRepositories,
  findReadableSource,
  isReadable,
} from '../repositories/readable-repositories.ts';
import { receiveBody } from './receive-upload.ts';
import { type CreationRules, findOrCreateRepository } from '../repositories/repositories.ts';
import { type HeldClaim, holding, withClaim } from '../uploads/upload-claims.ts';
import type { UploadHashers } from '../uploads/upload-hashers.ts';
import {
  advanceUpload,
  createUpload,
  expireUpload,
  findUpload,
  forgetExpired,
  type UploadLimits,
  type UploadProgress,
} from '../uploads/uploads.ts';

export interface UploadRouteDeps extends CommitDeps {
  readonly findReadable: FindReadableRepositories;
  readonly creation: CreationRules;
  readonly hashers: UploadHashers;
  /** The address from which a request comes. */
  readonly clientAddress: (request: IncomingMessage) => string;
  /** The most bytes that one upload may have. */
  readonly maxUploadBytes: number;
  /** How many uploads may be open. */
  readonly limits: () => UploadLimits;
}

type Handler = (exchange: RepositoryExchange) => Promise<void>;

/** Makes the handlers of uploads (OCI distribution specification, "Pushing Blobs"). */
export function createUploadHandlers(
  deps: UploadRouteDeps,
): Readonly<Record<'start' | 'status' | 'append' | 'finish' | 'cancel', Handler>> {
  const { pool, log, blobStore, hashers, maxUploadBytes } = deps;

  /**
   * Gives up an upload for good. Its row goes first, and only while this request holds it: the bytes may be those of a
   * blob that another request has made of them.
   */
  async function discard({ upload }: HeldClaim, storeState: string): Promise<void> {
    hashers.forget(upload.id);
    await expireUpload(pool, upload, storeState);
    try {
      await blobStore.abort(upload.storageKey, storeState);
      await forgetExpired(pool, [upload.storageKey]);
    } catch (error) {
      log.warn({ err: error, uploadId: upload.id }, 'the bytes of an upload could not be deleted; upload_purge will');
    }
  }

  /** The same where something has gone wrong that the client is to hear of. */
  async function discardAfter(held: HeldClaim, storeState: string, cause: unknown): Promise<never> {
    await discard(held, storeState).catch((discardError: unknown) =>
      log.warn({ err: discardError, uploadId: held.upload.id }, 'an upload could not be discarded; it will expire'),
    );
    throw cause;
  }

  /** Receives what is left of the bytes. Gives their digest only in the algorithm of `digest`. */
  async function receiveRest(exchange: RepositoryExchange, held: HeldClaim, digest: Digest): Promise<UploadProgress> {
    const { upload } = held;
    const received = await receiveBody(blobStore, held, exchange.req, hashers.resume(upload, digest.algorithm), {
      location: locationOf(exchange.repository, upload.id),
      maxUploadBytes,
      isLast: true,
    });
    exchange.bodyBytes += received.sizeBytes - upload.sizeBytes;
    return received.digest?.startsWith(`${digest.algorithm}:`) ? received : { ...received, digest: null };
  }

  /** Makes a blob of an upload. Once its object is final, only a digest that does not fit, or its row, gives it up. */
  async function commit(
    exchange: RepositoryExchange,
    held: HeldClaim,
    digest: Digest,
    received: UploadProgress,
  ): Promise<void> {
    await commitUpload(deps, held.upload, digest, received).catch(async (error: unknown) => {
      if (!(error instanceof RegistryError && error.code === 'DIGEST_INVALID')) throw error;
      return discardAfter(held, received.storeState, error);
    });
    hashers.forget(held.upload.id);
    sendCreated(exchange, digest.text);
  }

  /**
   * Where a mount may take the blob from: the repository that was named, or, where none was, this one and then any other
   * (OCI distribution specification, "Mounting a blob from another repository"); but only one that the pusher may read.
   * Many clients name a source for which their token has no scope, so the account's own rights count as well.
   */
  async function mountSources({ query, claims, repository }: RepositoryExchange, digest: string) {
    const from = query.get('from');
    const named = from === null ? undefined : parseRepositoryName(from);
    if (named && mayAct(claims, named.full, 'pull')) return [named];
    const readable = await deps.findReadable(claims.subject);
    if (named) return (await isReadable(pool, readable, named)) ? [named] : [];
    const elsewhere = await findReadableSource(pool, readable, digest);
    return elsewhere ? [repository, elsewhere] : [repository];
  }

  return {
    start: async (exchange) => {
      const { repository, query } = exchange;
      const digestText = query.get('digest');
      const digest = digestText === null ? undefined : requireDigest(digestText);
      // OCI distribution specification, "Pushing a blob in chunks".
      const algorithmText = query.get('digest-algorithm');
      const announced = algorithmText === null ? undefined : requireAlgorithm(algorithmText);
      const { id: repositoryId } = await findOrCreateRepository(pool, repository, {
        subject: exchange.claims.subject,
        address: deps.clientAddress(exchange.req),
        rules: deps.creation,
      });
      const mount = query.get('mount');
      if (mount !== null) {
        for (const source of parseDigest(mount) ? await mountSources(exchange, mount) : []) {
          if (!(await mountBlob(pool, repositoryId, source, mount))) continue;
          sendCreated(exchange, mount);
          return;
        }
      }
      const wanted = mount === null ? undefined : parseDigest(mount)?.algorithm;
      const wantedUpload = {
        repositoryId,
        repository,
        storageKey: blobStore.newKey(),
        isClaimed: digest !== undefined,
        algorithm: digest?.algorithm ?? announced ?? wanted ?? defaultAlgorithm,
        begunBy: exchange.claims.subject,
      };
      const upload = await createUpload(pool, wantedUpload, deps.limits());
      if (!digest) {
        sendEmpty(exchange, 202, {
          ...progressHeaders(repository, upload.id, 0),
          ...(blobStore.chunkBytes !== undefined && { 'OCI-Chunk-Min-Length': blobStore.chunkBytes }),
        });
        return;
      }
      await holding(pool, log, upload, async (held) => {
        // The client was never told of the upload, so nobody will come back to it.
        const received = await receiveRest(exchange, held, digest).catch((error: unknown) =>
          discardAfter(held, upload.storeState, error),
        );
        await commit(exchange, held, digest, received);
      });
    },

    status: async (exchange) => {
      const upload = await findUpload(pool, exchange.repository, exchange.reference);
      sendEmpty(exchange, 204, progressHeaders(exchange.repository, upload.id, upload.sizeBytes));
    },

    append: async (exchange) => {
      const { repository, req } = exchange;
      const sizeBytes = await withClaim(pool, log, repository, exchange.reference, async (held) => {
        const { upload } = held;
        const hasher = hashers.resume(upload, upload.digestAlgorithm);
        const received = await receiveBody(blobStore, held, req, hasher, {
          location: locationOf(repository, upload.id),
          maxUploadBytes,
          isLast: false,
        });
        exchange.bodyBytes += received.sizeBytes - upload.sizeBytes;
        await advanceUpload(pool, upload, received);
        if (hasher) hashers.keep(upload.id, received.sizeBytes, hasher);
        return received.sizeBytes;
      });
      sendEmpty(exchange, 202, progressHeaders(repository, exchange.reference, sizeBytes));
    },

    finish: async (exchange) => {
      const digest = requireDigest(exchange.query.get('digest') ?? '');
      await withClaim(pool, log, exchange.repository, exchange.reference, async (held) => {
        await commit(exchange, held, digest, await receiveRest(exchange, held, digest));
      });
    },

    cancel: async (exchange) => {
      await withClaim(pool, log, exchange.repository, exchange.reference, (held) =>
        discard(held, held.upload.storeState),
      );
      sendEmpty(exchange, 204);
    },
  };
}

function locationOf(repository: RepositoryName, uploadId: string): string {
  return `/v2/${repository.full}/blobs/uploads/${uploadId}`;
}

function progressHeaders(repository: RepositoryName, uploadId: string, sizeBytes: number): Record<string, string> {
  return {
    Location: locationOf(repository, uploadId),
    Range: formatUploadRange(sizeBytes),
    'Docker-Upload-UUID': uploadId,
  };
}

function sendCreated(exchange: RepositoryExchange, digest: string): void {
  sendEmpty(exchange, 201, {
    Location: `/v2/${exchange.repository.full}/blobs/${digest}`,
    'Docker-Content-Digest': digest,
  });
}
