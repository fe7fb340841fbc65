import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { countTags, findTag, listTags } from '../../registry/manifests/tag-store.ts';
import { withTransaction } from '../../database/transaction.ts';
import { assertWithinBusyLimit, LimitReachedError } from '../../settings/limits.ts';
import { defaultSettings } from '../../settings/settings.ts';
import { findLinkedBlob } from '../../registry/blobs/blobs.ts';
import { readCollectionBacklog } from '../../registry/collection/collection-backlog.ts';
import { countDueReviews, previewPage, reviewPage } from '../../registry/collection/collect-blobs.ts';
import { findTags } from '../../registry/http/list-routes.ts';
import { findManifestByDigest, findManifestByTag } from '../../registry/manifests/manifests.ts';
import { listReadable } from '../../registry/repositories/readable-repositories.ts';
import { createUpload } from '../../registry/uploads/uploads.ts';
import { parseRepositoryName } from '../../registry/repositories/names.ts';
import { findReferrers } from '../../registry/manifests/referrers.ts';
import { fastFill } from './fast-fill.ts';
import type { Case, Measure } from './measure.ts';

const tables = [
  'registry.blobs',
  'registry.blob_reviews',
  'registry.deleted_objects',
  'registry.manifest_reviews',
  'registry.manifests',
  'registry.manifest_blobs',
  'registry.repositories',
  'registry.repository_blobs',
  'registry.tags',
];

/**
 * Blobs, of which a thousandth are orphans that are due for review, and tags, of which half are in one repository. Of
 * manifests as many reviews are due, and as many objects wait for their deletion; a tenth is repositories that are
 * deleted, and a fiftieth of the blobs is quarantined.
 */
export async function fillRegistry(pool: pg.Pool, rowCount: number): Promise<void> {
  await fastFill(pool, tables, async (client) => {
    const { rows } = await client.query<{ id: number }>('SELECT min(id) AS id FROM registry.repositories');
    const repositoryId = rows[0]?.id ?? 0;
    const manifestCount = 10_000 * Math.max(1, Math.floor(rowCount / 100_000));
    await client.query(
      `INSERT INTO registry.blobs (digest, size_bytes, storage_key)
       SELECT 'sha256:' || i, 1000, 'key-' || i FROM generate_series(1, $1) i`,
      [rowCount],
    );
    await client.query(
      `INSERT INTO registry.blob_reviews (blob_id, review_after, event)
       SELECT id, now() + CASE WHEN id % 1000 = 0 THEN '0' ELSE interval '1 day' END, 'blob_upload' FROM registry.blobs`,
    );
    await client.query(
      `INSERT INTO registry.manifests (repository_id, digest, media_type, payload, pushed_by)
       SELECT $2 + i % 10000, 'sha256:m' || 1 + i / 10000, 'm', '', 'admin' FROM generate_series(0, $1 - 1) i`,
      [manifestCount, repositoryId],
    );
    const { rows: manifests } = await client.query<{ id: number }>('SELECT min(id) AS id FROM registry.manifests');
    const manifestId = manifests[0]?.id ?? 0;
    await client.query(
      `INSERT INTO registry.manifest_blobs (manifest_id, blob_id)
       SELECT $2 + b.id % $1, b.id FROM registry.blobs b WHERE b.id % 1000 <> 0`,
      [manifestCount, manifestId],
    );
    await client.query(
      `INSERT INTO registry.repository_blobs (repository_id, blob_id) SELECT $1 + b.id % 10000, b.id FROM registry.blobs b`,
      [repositoryId],
    );
    await client.query(
      `INSERT INTO registry.tags (repository_id, name, manifest_id, author)
       SELECT m.repository_id, 'tag-' || i, m.id, 'admin' FROM generate_series(1, $1) i
       JOIN registry.manifests m ON m.id = $3 + CASE WHEN i % 2 = 0 THEN 0 ELSE i % $2 END`,
      [rowCount, manifestCount, manifestId],
    );
    await client.query(
      `INSERT INTO registry.manifests (repository_id, digest, media_type, payload, pushed_by, subject_digest, annotations)
       SELECT $2, 'sha256:r' || i, 'm', repeat('x', 1000)::bytea, 'admin', 'sha256:m' || (1 + i % 10), '{"a":"b"}'
       FROM generate_series(1, $1 / 10) i`,
      [rowCount, repositoryId],
    );
    await client.query(
      `INSERT INTO registry.manifest_reviews (manifest_id, review_after, event)
       SELECT i, now() - i * interval '1 ms', 'tag_delete' FROM generate_series(1, $1) i`,
      [rowCount],
    );
    await client.query(
      `INSERT INTO registry.deleted_objects (storage_key, size_bytes) SELECT 'gone-' || i, 1000 FROM generate_series(1, $1) i`,
      [rowCount],
    );
    await client.query(
      `INSERT INTO registry.repositories (deleted_namespace, name, deleted_at)
       SELECT 'admin', 'gone-' || i, now() FROM generate_series(1, $1 / 10) i`,
      [rowCount],
    );
    await client.query(
      `UPDATE registry.blobs SET quarantined_at = now(), quarantine_reason = 'missing' WHERE id % 50 = 1`,
    );
  });
}

/** What limits cost: tags of a repository that has half a million, and uploads where nearly as many are open as may be. */
async function limitCases(pool: pg.Pool, repositoryId: number): Promise<Case[]> {
  const { maxOpenUploadsPerAccount, maxOpenUploadsPerRepository } = defaultSettings;
  await pool.query(
    `INSERT INTO registry.uploads (id, repository_id, begun_by, storage_key)
     SELECT gen_random_uuid(), $1 + i / $2, 'account-' || i / $3, 'upload-' || i FROM generate_series(0, 9999) i`,
    [repositoryId, maxOpenUploadsPerRepository - 300, maxOpenUploadsPerAccount - 300],
  );
  const repository = parseRepositoryName('admin/app-1');
  const tags = (things: number): Case => ({
    name: `one more tag where there are ${things}`,
    limitMs: 100,
    run: () => {
      const counted = {
        limit: 'maxTagsPerRepository',
        place: 'admin/app-1',
        things: `SELECT FROM registry.tags WHERE repository_id = $1`,
        values: [repositoryId],
      } as const;
      const beyond = (error: unknown) => assert(error instanceof LimitReachedError);
      return withTransaction(pool, (tx) =>
        assertWithinBusyLimit(tx, counted, things - 1, { isNear: false }).catch(beyond),
      );
    },
  });
  const upload = (name: string, begunBy: string): Case => ({
    name,
    limitMs: 10,
    run: async () => {
      const wanted = { repositoryId, repository, storageKey: randomUUID(), isClaimed: false, begunBy } as const;
      await createUpload(pool, { ...wanted, algorithm: 'sha256' }, defaultSettings);
    },
  });
  return [
    tags(1_000),
    tags(10_000),
    tags(100_000),
    upload('start of an upload, 1,700 open there', 'quiet'),
    upload('… and 700 of the account', 'account-13'),
  ];
}

/** What pushes, pulls, lists and garbage collection send. */
export async function measureRegistry(pool: pg.Pool, measure: Measure): Promise<void> {
  const catalogPage = { limit: 1_000, from: { namespace: 'admin', name: 'app-5' }, isInclusive: false };
  const { rows } = await pool.query<{ id: number; name: string }>(
    'SELECT id, name FROM registry.repositories ORDER BY id LIMIT 1',
  );
  const { id: firstId, name: firstName } = rows[0] ?? { id: 0, name: '' };
  const first = { namespace: 'admin', name: firstName, full: `admin/${firstName}` };
  const tagsOfFirst = { namespace: 'admin', reponame: firstName };
  await measure.cases([
    { name: 'manifest by tag', limitMs: 10, run: () => findManifestByTag(pool, first, 'tag-50000') },
    { name: 'manifest by digest', limitMs: 10, run: () => findManifestByDigest(pool, first, 'sha256:m1') },
    { name: 'blob of a repository', limitMs: 10, run: () => findLinkedBlob(pool, first, 'sha256:10000') },
    {
      name: 'tags/list, 10,000 of half a million',
      limitMs: 100,
      run: () => findTags(pool, firstId, 'tag-3', 10_000),
    },
    {
      name: 'GET …/tags, 100 of half a million',
      limitMs: 50,
      run: () => listTags(pool, tagsOfFirst, { pageStart: 'tag-3', pageSize: 100 }),
    },
    {
      name: 'GET …/tags, 1,000 of half a million',
      limitMs: 50,
      run: () => listTags(pool, tagsOfFirst, { pageStart: 'tag-3', pageSize: 1_000 }),
    },
    { name: 'GET …/tags?count=true, its count', limitMs: 200, run: () => countTags(pool, tagsOfFirst) },
    { name: 'GET …/tags/{tag}', limitMs: 10, run: () => findTag(pool, tagsOfFirst, 'tag-50000', {}) },
    { name: '_catalog of an administrator, 1,000', limitMs: 50, run: () => listReadable(pool, 'all', catalogPage) },
    {
      name: '_catalog of somebody else, 1,000',
      limitMs: 50,
      run: () => listReadable(pool, { namespaces: ['ada'], teamIds: [], repositoryIds: [] }, catalogPage),
    },
    {
      name: 'referrers, 1,000 of 10,000',
      limitMs: 50,
      run: () =>
        findReferrers(pool, firstId, { subject: 'sha256:m2', artifactType: undefined, after: 0, limit: 1_000 }),
    },
    ...(await limitCases(pool, firstId)),
    { name: 'count of due reviews', limitMs: 50, run: () => countDueReviews(pool) },
    { name: 'garbage collection in /metrics', limitMs: 50, run: () => readCollectionBacklog(pool) },
    { name: 'preview of 1,000 due reviews', limitMs: 1_000, run: () => previewPage(pool, 1_000) },
  ]);
  await measure.once(1_000, async () => {
    const { reviewed } = await reviewPage(pool, 1_000);
    return `review of ${reviewed} due blobs, all orphans`;
  });
}
