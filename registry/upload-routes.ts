import { formatUploadRange } from './byte-range.ts';
import { mayAct } from './access.ts';
import { mountBlob } from './blobs.ts';
import { commitUpload, type CommitDeps } from './commit-upload.ts';
import { type Digest, defaultAlgorithm, parseDigest, requireDigest } from './digest.ts';
import { RegistryError } from './errors.ts';
import { type RepositoryExchange, sendEmpty } from './exchange.ts';
import { parseRepositoryName, type RepositoryName } from './names.ts';
import { type FindReadableNamespaces, findReadableSource, isReadable } from './readable-repositories.ts';
import { receiveBody } from './receive-upload.ts';
import { findOrCreateRepository } from './repositories.ts';
import { type HeldClaim, holding, withClaim } from './upload-claims.ts';
import type { UploadHashers } from './upload-hashers.ts';
import { advanceUpload, createUpload, deleteUpload, findUpload } from './uploads.ts';

export interface UploadRouteDeps extends CommitDeps {
  readonly findReadableNamespaces: FindReadableNamespaces;
  readonly hashers: UploadHashers;
}

type Handler = (exchange: RepositoryExchange) => Promise<void>;

/** Makes the handlers of uploads (OCI distribution specification, "Pushing Blobs"). */
export function createUploadHandlers(
  deps: UploadRouteDeps,
): Readonly<Record<'start' | 'status' | 'append' | 'finish' | 'cancel', Handler>> {
  const { pool, log, blobStore, hashers } = deps;

  /** Gives up an upload for good: the bytes first, so that the row names them for as long as they are there. */
  async function discard({ upload }: HeldClaim): Promise<void> {
    hashers.forget(upload.id);
    await blobStore.abort(upload.storageKey);
    await deleteUpload(pool, upload);
  }

  /** Receives what is left of the bytes and compares their digest. Gives the size of the whole. */
  async function receiveRest(exchange: RepositoryExchange, held: HeldClaim, digest: Digest): Promise<number> {
    const { upload } = held;
    const hasher = await hashers.resume(upload, digest.algorithm);
    const sizeBytes = await receiveBody(
      blobStore,
      held,
      exchange.req,
      hasher,
      locationOf(exchange.repository, upload.id),
    );
    exchange.bodyBytes += sizeBytes - upload.sizeBytes;
    const computed = hasher.digest();
    if (computed === digest.text) return sizeBytes;
    throw new RegistryError(
      'DIGEST_INVALID',
      `the ${sizeBytes} bytes of the upload have the digest ${computed}, not ${digest.text}; the upload was discarded: start a new one`,
      { detail: { expected: digest.text, computed } },
    );
  }

  /** Makes a blob of an upload. From the moment that its object is final, only the row may be what gives it up. */
  async function commit(
    exchange: RepositoryExchange,
    held: HeldClaim,
    digest: Digest,
    sizeBytes: number,
  ): Promise<void> {
    await commitUpload(deps, held.upload, digest.text, sizeBytes);
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
    const namespaces = await deps.findReadableNamespaces(claims.subject);
    if (named) return (await isReadable(pool, namespaces, named)) ? [named] : [];
    const elsewhere = await findReadableSource(pool, namespaces, digest);
    return elsewhere ? [repository, elsewhere] : [repository];
  }

  return {
    start: async (exchange) => {
      const { repository, query } = exchange;
      const digestText = query.get('digest');
      const digest = digestText === null ? undefined : requireDigest(digestText);
      const { id: repositoryId } = await findOrCreateRepository(pool, repository);
      const mount = query.get('mount');
      if (mount !== null) {
        for (const source of parseDigest(mount) ? await mountSources(exchange, mount) : []) {
          if (!(await mountBlob(pool, repositoryId, source, mount))) continue;
          sendCreated(exchange, mount);
          return;
        }
      }
      const upload = await createUpload(pool, repositoryId, blobStore.newKey(), digest !== undefined);
      if (!digest) {
        sendEmpty(exchange, 202, progressHeaders(repository, upload.id, 0));
        return;
      }
      await holding(pool, log, upload, async (held) => {
        const sizeBytes = await receiveRest(exchange, held, digest).catch(async (error: unknown) => {
          // The client was never told of the upload, so nobody will come back to it.
          await discard(held);
          throw error;
        });
        await commit(exchange, held, digest, sizeBytes);
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
        const hasher = await hashers.resume(upload, defaultAlgorithm);
        const sizeBytes = await receiveBody(blobStore, held, req, hasher, locationOf(repository, upload.id));
        exchange.bodyBytes += sizeBytes - upload.sizeBytes;
        await advanceUpload(pool, upload, sizeBytes);
        hashers.keep(upload.id, sizeBytes, hasher);
        return sizeBytes;
      });
      sendEmpty(exchange, 202, progressHeaders(repository, exchange.reference, sizeBytes));
    },

    finish: async (exchange) => {
      const digest = requireDigest(exchange.query.get('digest') ?? '');
      await withClaim(pool, log, exchange.repository, exchange.reference, async (held) => {
        const sizeBytes = await receiveRest(exchange, held, digest).catch(async (error: unknown) => {
          if (error instanceof RegistryError && error.code === 'DIGEST_INVALID') await discard(held);
          throw error;
        });
        await commit(exchange, held, digest, sizeBytes);
      });
    },

    cancel: async (exchange) => {
      await withClaim(pool, log, exchange.repository, exchange.reference, discard);
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
