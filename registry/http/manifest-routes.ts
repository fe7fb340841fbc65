import type { IncomingMessage } from 'node:http';
import type pg from 'pg';
import type { WakeUp } from '../../database/wake-up.ts';
import type { ContentLimits } from '../manifests/content-limits.ts';
import { mayAct } from './access.ts';
import type { BlobStore } from '../store/blob-store.ts';
import { type CoherentCache, manifestKey, tagKey } from '../cache/coherent-cache.ts';
import { createDeleteManifest } from '../manifests/delete-manifest.ts';
import { createDeleteTag } from '../manifests/delete-tag.ts';
import { defaultAlgorithm, digestOf, requireDigest } from '../blobs/digest.ts';
import type { RegistryError } from '../errors.ts';
import { HttpError } from './http-error.ts';
import { isUnmodified, type RepositoryExchange, sendBytes, sendEmpty } from './exchange.ts';
import { readPlatform } from '../manifests/image-platform.ts';
import type { Logger } from '../../log/logger.ts';
import type { EventContext } from '../manifests/manifest-events.ts';
import { keepManifest } from '../manifests/manifest-leases.ts';
import {
  findManifestByDigest,
  findManifestByTag,
  manifestUnknown,
  type StoredManifest,
} from '../manifests/manifests.ts';
import { isTag, type RepositoryName } from '../repositories/names.ts';
import { type Manifest, parseManifest } from '../manifests/parse-manifest.ts';
import { putManifest } from '../manifests/put-manifest.ts';
import { type CreationRules, findOrCreateRepository } from '../repositories/repositories.ts';
import { readBody } from './request-body.ts';
import type { TrafficRecorder } from './traffic-recorder.ts';

/** The most bytes that a manifest may have: 4 MiB (OCI distribution specification, "Pushing Manifests"). */
export const maxManifestBytes = 4 * 1024 * 1024;

const maxTagsPerPut = 50;
// A manifest can be collected, and pushed again, between its look-up and its lease.
const maxAttempts = 3;

export interface ManifestRouteDeps {
  readonly pool: pg.Pool;
  readonly blobStore: BlobStore;
  readonly cache: CoherentCache;
  readonly traffic: TrafficRecorder;
  readonly log: Logger;
  readonly wakeDispatcher: WakeUp;
  /** Host, and port if any, that names of images start with. */
  readonly host: string;
  /** The address from which a request comes. */
  readonly clientAddress: (request: IncomingMessage) => string;
  /** Whether a manifest may name blobs and manifests that its repository does not have. */
  readonly acceptsSparse: boolean;
  readonly creation: CreationRules;
  /** How many manifests and tags a repository may have. */
  readonly limits: () => ContentLimits;
}

type Handler = (exchange: RepositoryExchange) => Promise<void>;

/** Makes the handlers of manifests (OCI distribution specification, "Pulling manifests" and "Pushing Manifests"). */
export function createManifestHandlers(deps: ManifestRouteDeps): Readonly<Record<'read' | 'put' | 'remove', Handler>> {
  const { pool, cache } = deps;
  const deleteTag = createDeleteTag(deps);
  const deleteManifest = createDeleteManifest(deps);

  function recordRead({ req, claims, repository, reference }: RepositoryExchange, manifest: StoredManifest): void {
    const { repositoryId, digest, os, architecture } = manifest;
    const client = { repositoryId, digest, actor: claims.subject, address: deps.clientAddress(req) };
    const tag = isDigest(reference) ? undefined : reference;
    if (req.method === 'GET') deps.traffic.pulled({ client, manifest: { repository, digest, os, architecture }, tag });
    else if (tag !== undefined) deps.traffic.asked(client, tag);
  }

  async function findManifest(repository: RepositoryName, reference: string): Promise<StoredManifest | undefined> {
    if (isDigest(reference)) {
      const { text: digest } = requireDigest(reference);
      const load = () => findManifestByDigest(pool, repository, digest);
      return cache.get(manifestKey(repository, digest), load, payloadBytes);
    }
    if (!isTag(reference)) return undefined;
    return cache.get(tagKey(repository, reference), () => findManifestByTag(pool, repository, reference), payloadBytes);
  }

  /**
   * Finds a manifest for an answer. For a client that may push, it stays for the length of the lease.
   */
  async function findForAnswer({ repository, reference, claims }: RepositoryExchange): Promise<StoredManifest> {
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const manifest = await findManifest(repository, reference);
      if (!manifest) break;
      const isKept = performance.now() < manifest.leasedUntilMs || !mayAct(claims, repository.full, 'push');
      if (isKept) return manifest;
      // What is cached does not know of the lease yet, or is gone.
      cache.invalidate([
        isDigest(reference) ? manifestKey(repository, manifest.digest) : tagKey(repository, reference),
      ]);
      if (await keepManifest(pool, manifest.manifestId)) return manifest;
    }
    throw manifestUnknown(repository, reference);
  }

  function contextOf(exchange: RepositoryExchange): EventContext {
    const { claims, req } = exchange;
    return { actor: claims.subject, address: deps.clientAddress(req), at: new Date(), host: deps.host };
  }

  return {
    read: async (exchange) => {
      const { req } = exchange;
      const manifest = await findForAnswer(exchange);
      const etag = `"${manifest.digest}"`;
      const headers = { 'Docker-Content-Digest': manifest.digest, ETag: etag };
      if (isUnmodified(req, etag)) {
        sendEmpty(exchange, 304, headers);
        return;
      }
      recordRead(exchange, manifest);
      sendBytes(exchange, 200, manifest.payload, { ...headers, 'Content-Type': manifest.mediaType });
    },

    put: async (exchange) => {
      const { repository: name, reference, req } = exchange;
      const asked = isDigest(reference) ? requireDigest(reference) : undefined;
      const tags = tagsOf(exchange, asked !== undefined);
      const payload = await readManifest(exchange);
      const digest = digestOf(payload, asked?.algorithm ?? defaultAlgorithm);
      if (asked && asked.text !== digest) {
        throw new HttpError('DIGEST_INVALID', `the manifest has the digest ${digest}, not ${asked.text}`, {
          detail: { expected: asked.text, computed: digest },
        });
      }
      const manifest = parseManifest(payload, req.headers['content-type']);
      const repository = await findOrCreateRepository(pool, name, {
        subject: exchange.claims.subject,
        address: deps.clientAddress(req),
        rules: deps.creation,
      });
      const platform = await readPlatform(deps, name, manifest);
      const { acceptsSparse } = deps;
      const { jobs, changedTags } = await putManifest(
        pool,
        { repositoryName: name, repository, digest, tags, manifest, payload, platform, acceptsSparse },
        deps.limits(),
        contextOf(exchange),
      );
      if (jobs > 0) deps.wakeDispatcher.send();
      await cache.publish(changedTags.map((tag) => tagKey(name, tag)));
      deps.traffic.pushed(repository.id);
      const warning = warningOf(manifest);
      sendEmpty(exchange, 201, {
        Location: `/v2/${name.full}/manifests/${digest}`,
        'Docker-Content-Digest': digest,
        ...(asked && tags.length > 0 && { 'OCI-Tag': tags.join(', ') }),
        ...(manifest.subject && { 'OCI-Subject': manifest.subject.digest }),
        ...(warning && { Warning: `299 - "${warning}"` }),
      });
    },

    remove: async (exchange) => {
      const { repository, reference, claims, req } = exchange;
      if (isDigest(reference)) {
        const { text: digest } = requireDigest(reference);
        await deleteManifest(repository, digest, { name: claims.subject, address: deps.clientAddress(req) });
      } else {
        if (!isTag(reference)) throw manifestUnknown(repository, reference);
        await deleteTag(repository, reference, { name: claims.subject, address: deps.clientAddress(req) });
      }
      sendEmpty(exchange, 202);
    },
  };
}

/**
 * The tags that a manifest is put under: the one of the path, or those of the parameter `tag`, for a manifest that is put
 * by digest (OCI distribution specification, "Pushing Manifests").
 *
 * @throws RegistryError TAG_INVALID, also with 414 for too many
 */
function tagsOf({ query, reference }: RepositoryExchange, isByDigest: boolean): string[] {
  const asked = query.getAll('tag');
  if (!isByDigest && asked.length > 0) {
    throw new HttpError('TAG_INVALID', 'the parameter "tag" goes with a manifest that is put by digest', {
      detail: { tag: reference.slice(0, 128) },
    });
  }
  const tags = [...new Set(isByDigest ? asked : [reference])];
  const wrong = tags.find((tag) => !isTag(tag));
  if (wrong !== undefined) {
    throw new HttpError(
      'TAG_INVALID',
      `"${wrong.slice(0, 128)}" is not a tag: use at most 128 letters, digits, "_", "." and "-", not starting with "." or "-"`,
      { detail: { tag: wrong.slice(0, 128) } },
    );
  }
  if (tags.length > maxTagsPerPut) {
    throw new HttpError('TAG_INVALID', `${tags.length} tags at once are too many: put at most ${maxTagsPerPut}`, {
      status: 414,
      detail: { maxTags: maxTagsPerPut },
    });
  }
  return tags;
}

/** What a client that pushes should be told, though the manifest was taken (OCI distribution specification, "Warnings"). */
function warningOf({ optionalBlobs }: Manifest): string | undefined {
  if (optionalBlobs.length === 0) return undefined;
  return 'this image has layers of a non-distributable type, which is deprecated: push layers that may be distributed';
}

function payloadBytes({ payload }: StoredManifest): number {
  return payload.length;
}

// No tag has a colon.
function isDigest(reference: string): boolean {
  return reference.includes(':');
}

async function readManifest(exchange: RepositoryExchange): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readBody(exchange.req, maxManifestBytes, tooLarge)) {
    chunks.push(chunk);
    exchange.bodyBytes += chunk.length;
  }
  return Buffer.concat(chunks);
}

function tooLarge(): RegistryError {
  return new HttpError(
    'SIZE_INVALID',
    `a manifest may have at most ${maxManifestBytes} bytes (4 MiB): move large data into a blob`,
    { status: 413, detail: { maxBytes: maxManifestBytes } },
  );
}
