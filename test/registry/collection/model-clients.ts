import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type pg from 'pg';
import { defaultSettings } from '../../../settings/settings.ts';
import type { BlobStore } from '../../../registry/store/blob-store.ts';
import { findLinkedBlob, keepBlob, mountBlob } from '../../../registry/blobs/blobs.ts';
import { databaseNow, deleteObjectsPage, reviewPage } from '../../../registry/collection/collect-blobs.ts';
import { reviewManifestPage } from '../../../registry/collection/collect-manifests.ts';
import { commitUpload } from '../../../registry/uploads/commit-upload.ts';
import { requireDigest } from '../../../registry/blobs/digest.ts';
import { RegistryError } from '../../../registry/errors.ts';
import { deleteManifest, deleteTag } from '../../../registry/manifests/manifests.ts';
import { parseRepositoryName, type RepositoryName } from '../../../registry/repositories/names.ts';
import { parseManifest } from '../../../registry/manifests/parse-manifest.ts';
import { putManifest } from '../../../registry/manifests/put-manifest.ts';
import { findRepository } from '../../../registry/repositories/repositories.ts';
import { createUpload } from '../../../registry/uploads/uploads.ts';
import type { Random } from '../../support/random.ts';
import { imageType, indexType } from '../test-registry.ts';

interface Content {
  readonly bytes: Buffer;
  readonly digest: string;
}

/** What the clients of one run share, and what they were told. */
export interface World {
  readonly blobStore: BlobStore;
  /** Digests that a push under way has asked about or stored: the lease of none of them may end. */
  readonly told: Map<object, Set<string>>;
  /** Manifests that clients have deleted themselves, in order: a push that named one of them may be refused. */
  readonly deleted: string[];
  /** What was done, for people who look into a failure. */
  readonly log: string[];
}

const repositories = ['admin/one', 'admin/two'] as const;
const tags = ['a'] as const;
const context = { actor: 'model', at: new Date(), host: 'registry.example' };
const signal = new AbortController().signal;
// What a manifest named comes up for review by its deletion: there are as many rounds as references are deep, and one more.
const mostRounds = 100;
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function contentOf(text: string): Content {
  const bytes = Buffer.from(text);
  return { bytes, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` };
}

// Few, so that clients meet.
const layers = ['layer 0', 'layer 1', 'layer 2'].map(contentOf);
function imageOf(mask: number, subject?: Content): Content & { readonly blobs: readonly Content[] } {
  // Each has a config of its own, which nothing names once the image is gone.
  const config = contentOf(JSON.stringify({ os: 'linux', architecture: 'amd64', mask }));
  const chosen = layers.filter((_, index) => (mask & (1 << index)) !== 0);
  const content = contentOf(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: imageType,
      config: {
        mediaType: 'application/vnd.oci.image.config.v1+json',
        digest: config.digest,
        size: config.bytes.length,
      },
      layers: chosen.map(({ digest, bytes }) => ({
        mediaType: 'application/octet-stream',
        digest,
        size: bytes.length,
      })),
      ...(subject && { subject: { mediaType: imageType, digest: subject.digest, size: subject.bytes.length } }),
    }),
  );
  return { ...content, blobs: [config, ...chosen] };
}

function indexOf(children: readonly Content[]): Content {
  return contentOf(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: indexType,
      manifests: children.map(({ digest, bytes }) => ({ mediaType: imageType, digest, size: bytes.length })),
    }),
  );
}

/** Does `operations` things of a client, one after the other. */
export async function actAsClient(pool: pg.Pool, world: World, random: Random, operations: number): Promise<void> {
  for (let operation = 0; operation < operations; operation++) {
    const repository = parseRepositoryName(random.pick(repositories));
    const push = {};
    const told = new Set<string>();
    world.told.set(push, told);
    try {
      await random.pick([pushTagged, pushTagged, pushIndex, pushReferrer, remove, removeTag, removeTag])(
        repository,
        told,
      );
    } finally {
      world.told.delete(push);
    }
  }

  async function pushTagged(repository: RepositoryName, told: Set<string>): Promise<void> {
    await pushImage(repository, imageOf(random.below(8)), [random.pick(tags)], told);
  }

  async function pushIndex(repository: RepositoryName, told: Set<string>): Promise<void> {
    const since = world.deleted.length;
    const children = [imageOf(random.below(8)), imageOf(random.below(8))];
    for (const child of children) await pushImage(repository, child, [], told);
    const index = indexOf(children);
    told.add(index.digest);
    await put(repository, index, [random.pick(tags)], children, since);
  }

  async function pushReferrer(repository: RepositoryName, told: Set<string>): Promise<void> {
    await pushImage(repository, imageOf(random.below(8), imageOf(random.below(8))), [], told);
  }

  async function remove(repository: RepositoryName): Promise<void> {
    const { digest } = imageOf(random.below(8));
    // Before: a push that names it may meet the deletion before this client hears of it.
    world.deleted.push(`${repository.full}@${digest}`);
    await unlessUnknown(deleteManifest(pool, repository, digest, context));
  }

  async function removeTag(repository: RepositoryName): Promise<void> {
    await unlessUnknown(deleteTag(pool, repository, random.pick(tags), context));
  }

  async function pushImage(
    repository: RepositoryName,
    image: ReturnType<typeof imageOf>,
    under: readonly string[],
    told: Set<string>,
  ): Promise<void> {
    for (const blob of image.blobs) {
      told.add(blob.digest);
      await provide(repository, blob);
    }
    told.add(image.digest);
    await put(repository, image, under, [], world.deleted.length);
  }

  /** As clients do: HEAD, then perhaps a mount, then an upload. Resolves when the client was told that it is there. */
  async function provide(repository: RepositoryName, blob: Content): Promise<void> {
    const found = await findLinkedBlob(pool, repository, blob.digest);
    if (found && (performance.now() < found.leasedUntilMs || (await keepBlob(pool, repository, found)))) return;
    const { id } = await requireRepository(repository);
    const other = repositories.find((name) => name !== repository.full) ?? '';
    if (random.chance(0.5) && (await mountBlob(pool, id, parseRepositoryName(other), blob.digest))) return;
    const { blobStore } = world;
    const upload = await createUpload(
      pool,
      {
        repositoryId: id,
        repository,
        storageKey: blobStore.newKey(),
        isClaimed: true,
        algorithm: 'sha256',
        begunBy: 'admin',
      },
      defaultSettings,
    );
    const { state } = await blobStore.append(
      upload.storageKey,
      0,
      (async function* () {
        yield Buffer.from(blob.bytes);
      })(),
    );
    const progress = { sizeBytes: blob.bytes.length, digest: blob.digest, storeState: state };
    const inBackground = (): void => undefined;
    await commitUpload({ pool, blobStore, log: silent, inBackground }, upload, requireDigest(blob.digest), progress);
  }

  async function put(
    name: RepositoryName,
    { bytes: payload, digest }: Content,
    under: readonly string[],
    children: readonly Content[],
    since: number,
  ): Promise<void> {
    const manifest = parseManifest(payload, undefined);
    const repository = await requireRepository(name);
    const platform = { os: 'linux', architecture: 'amd64' };
    const input = { repositoryName: name, repository, digest, tags: under, manifest, payload, platform };
    try {
      await putManifest(pool, { ...input, acceptsSparse: false }, defaultSettings, context);
      world.log.push(`put ${name.full}@${digest.slice(7, 15)} ${under.join()}`);
    } catch (error) {
      const isDeleted = children.some((child) => world.deleted.slice(since).includes(`${name.full}@${child.digest}`));
      if (isDeleted && error instanceof RegistryError && error.code === 'MANIFEST_BLOB_UNKNOWN') return;
      throw error;
    }
  }

  async function requireRepository(name: RepositoryName) {
    const repository = await findRepository(pool, name);
    assert.ok(repository);
    return repository;
  }
}

async function unlessUnknown(deletion: Promise<unknown>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (!(error instanceof RegistryError && error.code === 'MANIFEST_UNKNOWN')) throw error;
  }
}

/** Collects garbage in small pages until `isOver`, and ends every lease that no push under way was told of. */
export async function actAsCollector(pool: pg.Pool, world: World, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await endLeases(pool, world);
    await collectOnce(pool, world, 3);
  }
}

/**
 * Collects all that there is to be collected. Nobody else may be at work.
 *
 * @throws Error where there is no end to it
 */
export async function collectAll(pool: pg.Pool, world: World): Promise<void> {
  for (let round = 0; round < mostRounds; round++) {
    await endLeases(pool, world);
    if ((await collectOnce(pool, world, 1_000)) === 0) return;
  }
  const { rows } = await pool.query(`SELECT *, now() FROM registry.manifest_reviews`);
  const { rows: blobs } = await pool.query(`SELECT *, now() FROM registry.blob_reviews`);
  const { rows: objects } = await pool.query(`SELECT *, now() FROM registry.deleted_objects`);
  throw new Error(`after ${mostRounds} rounds there is still garbage: ${JSON.stringify({ rows, blobs, objects })}`);
}

async function collectOnce(pool: pg.Pool, { blobStore }: World, limit: number): Promise<number> {
  const manifests = await reviewManifestPage(pool, limit, context);
  const blobs = await reviewPage(pool, limit);
  const { deleted } = await deleteObjectsPage(pool, blobStore, { limit, since: await databaseNow(pool), signal });
  return manifests.reviewed + blobs.reviewed + deleted;
}

// SKIP LOCKED: it must not wait for a row, and then end a lease that began meanwhile.
async function endLeases(pool: pg.Pool, { told }: World): Promise<void> {
  for (const kind of ['blob', 'manifest']) {
    await pool.query({
      text: `UPDATE registry.${kind}_reviews SET review_after = now() WHERE ${kind}_id IN (
         SELECT v.${kind}_id FROM registry.${kind}_reviews v JOIN registry.${kind}s c ON c.id = v.${kind}_id
         WHERE c.digest <> ALL ($1) AND v.review_after > now() ORDER BY v.${kind}_id FOR UPDATE OF v SKIP LOCKED)`,
      // Read when the statement is sent: until its turn, clients are told of more.
      get values() {
        return [[...told.values()].flatMap((digests) => [...digests])];
      },
    });
  }
}
