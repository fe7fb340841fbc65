import type pg from 'pg';
import { RegistryError } from '../errors.ts';
import type { RepositoryName } from '../repositories/names.ts';
import type { Descriptor, Manifest } from './parse-manifest.ts';

/** What a manifest names, as its repository has it; everything that is there is locked until the transaction ends. */
export interface LockedReferences {
  readonly blobIds: readonly number[];
  readonly childIds: readonly number[];
  readonly absentBlobs: readonly string[];
  readonly absentChildren: readonly string[];
}

export interface ReferenceOptions {
  readonly manifest: Manifest;
  readonly repositoryId: number;
  readonly repositoryName: RepositoryName;
  /** Whether a manifest may name blobs and manifests that the repository does not have. */
  readonly acceptsSparse: boolean;
}

/**
 * Locks every blob and child that a manifest names, so that none can be collected, unlinked or deleted before the
 * manifest names it.
 *
 * @throws RegistryError MANIFEST_BLOB_UNKNOWN for one that is missing and may not be; MANIFEST_INVALID for a descriptor
 *   whose size is not the blob's
 */
export async function lockReferences(tx: pg.PoolClient, options: ReferenceOptions): Promise<LockedReferences> {
  const first = await lockPresent(tx, options);
  if (first.absentBlobs.length === 0 && first.absentChildren.length === 0) return first;
  // A push that brings what is absent links it under a share lock on the repository (the foreign key takes it). After
  // this lock that push has committed, and is seen now, or has not begun, and will find the absence.
  await tx.query('SELECT id FROM registry.repositories WHERE id = $1 FOR UPDATE', [options.repositoryId]);
  return lockPresent(tx, options);
}

async function lockPresent(tx: pg.PoolClient, options: ReferenceOptions): Promise<LockedReferences> {
  return { ...(await lockBlobs(tx, options)), ...(await lockChildren(tx, options)) };
}

async function lockBlobs(
  tx: pg.PoolClient,
  { manifest, repositoryId, repositoryName, acceptsSparse }: ReferenceOptions,
): Promise<Pick<LockedReferences, 'blobIds' | 'absentBlobs'>> {
  const wanted = [...manifest.requiredBlobs, ...manifest.optionalBlobs];
  if (wanted.length === 0) return { blobIds: [], absentBlobs: [] };
  // The lock on the link keeps DELETE of the blob from taking it out of the repository meanwhile.
  const { rows } = await tx.query<{ id: number; digest: string; sizeBytes: number }>({
    name: 'registry-lock-blobs',
    text: `SELECT b.id, b.digest, b.size_bytes AS "sizeBytes"
           FROM registry.blobs b JOIN registry.repository_blobs rb ON rb.blob_id = b.id
           WHERE rb.repository_id = $1 AND b.digest = ANY ($2) AND b.quarantined_at IS NULL
           ORDER BY b.id FOR KEY SHARE OF b, rb`,
    values: [repositoryId, wanted.map(({ digest }) => digest)],
  });
  const found = new Map(rows.map((row) => [row.digest, row.sizeBytes]));
  const missing = manifest.requiredBlobs.find((blob) => !found.has(blob.digest));
  if (missing && !acceptsSparse) throw unknown('blob', missing.digest, repositoryName, 'upload or mount it first');
  for (const blob of wanted) assertSize(blob, found.get(blob.digest));
  const absent = wanted.map(({ digest }) => digest).filter((digest) => !found.has(digest));
  return { blobIds: rows.map(({ id }) => id), absentBlobs: absent };
}

function assertSize(blob: Descriptor, sizeBytes: number | undefined): void {
  if (sizeBytes === undefined || sizeBytes === blob.sizeBytes) return;
  throw new RegistryError(
    'MANIFEST_INVALID',
    `the manifest cannot be stored: it says that ${blob.digest} has ${blob.sizeBytes} bytes, but the blob has ${sizeBytes}`,
    { detail: { digest: blob.digest, declared: blob.sizeBytes, actual: sizeBytes } },
  );
}

async function lockChildren(
  tx: pg.PoolClient,
  { manifest, repositoryId, repositoryName, acceptsSparse }: ReferenceOptions,
): Promise<Pick<LockedReferences, 'childIds' | 'absentChildren'>> {
  if (manifest.children.length === 0) return { childIds: [], absentChildren: [] };
  const { rows } = await tx.query<{ id: number; digest: string }>(
    `SELECT id, digest FROM registry.manifests WHERE repository_id = $1 AND digest = ANY ($2) ORDER BY id FOR KEY SHARE`,
    [repositoryId, manifest.children],
  );
  const found = new Set(rows.map(({ digest }) => digest));
  const absent = manifest.children.filter((digest) => !found.has(digest));
  const [missing] = absent;
  if (missing !== undefined && !acceptsSparse) throw unknown('manifest', missing, repositoryName, 'push it first');
  return { childIds: rows.map(({ id }) => id), absentChildren: absent };
}

function unknown(what: 'blob' | 'manifest', digest: string, name: RepositoryName, remedy: string): RegistryError {
  return new RegistryError(
    'MANIFEST_BLOB_UNKNOWN',
    `the manifest names the ${what} ${digest}, which the repository ${name.full} does not have: ${remedy}`,
    { detail: { digest } },
  );
}

/**
 * Writes down what a manifest names, and names the manifest itself where an index of the repository has been waiting
 * for it.
 *
 * @param digest the manifest's own
 */
export async function insertReferences(
  tx: pg.PoolClient,
  manifestId: number,
  { digest, repositoryId }: { readonly digest: string; readonly repositoryId: number },
  { blobIds, childIds, absentBlobs, absentChildren }: LockedReferences,
): Promise<void> {
  if (blobIds.length > 0) {
    await tx.query({
      name: 'registry-insert-manifest-blobs',
      text: `INSERT INTO registry.manifest_blobs (manifest_id, blob_id)
             SELECT $1, id FROM unnest($2::bigint[]) AS id ON CONFLICT DO NOTHING`,
      values: [manifestId, blobIds],
    });
  }
  if (childIds.length > 0) {
    await tx.query(
      `INSERT INTO registry.manifest_children (parent_id, child_id)
       SELECT $1, id FROM unnest($2::bigint[]) AS id ON CONFLICT DO NOTHING`,
      [manifestId, childIds],
    );
  }
  if (absentBlobs.length > 0 || absentChildren.length > 0) {
    await tx.query(
      `INSERT INTO registry.manifest_absences (repository_id, digest, kind, manifest_id)
       SELECT $1::bigint, digest, 'blob', $2::bigint FROM unnest($3::text[]) AS digest
       UNION ALL SELECT $1, digest, 'manifest', $2 FROM unnest($4::text[]) AS digest
       ON CONFLICT DO NOTHING`,
      [repositoryId, manifestId, absentBlobs, absentChildren],
    );
  }
  await tx.query({
    name: 'registry-adopt-manifest',
    text: `WITH parents AS (
             DELETE FROM registry.manifest_absences
             WHERE repository_id = $1 AND digest = $2 AND kind = 'manifest' RETURNING manifest_id)
           INSERT INTO registry.manifest_children (parent_id, child_id)
           SELECT manifest_id, $3 FROM parents ON CONFLICT DO NOTHING`,
    values: [repositoryId, digest, manifestId],
  });
}
