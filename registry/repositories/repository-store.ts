import type { Queryable } from '../../database/pool.ts';
import { listReadable, type ReadableRepositories } from './readable-repositories.ts';
import { assertRoomForRepository } from './repositories.ts';
import { DomainError } from '../../errors/domain-error.ts';

/** A repository as the API shows it (DTR 2.7 API, responses.Repository). */
export interface RepositoryRow {
  readonly id: string;
  readonly namespace: string;
  readonly namespaceType: 'user' | 'organization';
  readonly name: string;
  readonly shortDescription: string;
  readonly longDescription: string;
  readonly visibility: 'public' | 'private';
  readonly scanOnPush: boolean;
  readonly immutableTags: boolean;
  readonly enableManifestLists: boolean;
  readonly tagLimit: number;
  /** What garbage collection does with manifests that no tag, index or subject needs (not of MSR, as the next two). */
  readonly untaggedManifests: 'keep' | 'delete';
  /** What it does with referrers, such as signatures and SBOMs, whose subject is gone. */
  readonly orphanedReferrers: 'keep' | 'delete';
  /** How long it keeps either at least. */
  readonly untaggedGraceSeconds: number;
  readonly pulls: number;
  readonly pushes: number;
  /** Settings that are on and do nothing, each with the reason. */
  readonly inactive: Readonly<Partial<Record<'scanOnPush', string>>>;
}

/** A repository as lists show it. */
export type ListedRepository = Omit<RepositoryRow, 'longDescription'>;

const noScanner = 'this version has no scanner: nothing is scanned';
const listColumns = `r.public_id AS id, r.namespace,
    CASE WHEN a.is_org THEN 'organization' ELSE 'user' END AS "namespaceType", r.name,
    r.short_description AS "shortDescription", r.visibility,
    r.scan_on_push AS "scanOnPush", r.immutable_tags AS "immutableTags",
    r.enable_manifest_lists AS "enableManifestLists", r.tag_limit AS "tagLimit", r.pulls, r.pushes,
    r.untagged_manifests AS "untaggedManifests", r.orphaned_referrers AS "orphanedReferrers",
    extract(epoch FROM r.untagged_grace)::bigint AS "untaggedGraceSeconds",
    CASE WHEN r.scan_on_push THEN json_build_object('scanOnPush', '${noScanner}') ELSE '{}' END AS inactive`;
const from = 'FROM registry.repositories r JOIN accounts.accounts a ON a.name = r.namespace';
const select = `SELECT ${listColumns}, r.long_description AS "longDescription" ${from}`;

export interface RepositoryPage {
  readonly namespace?: string | undefined;
  /** Id of the first repository to give; undefined: from the beginning. */
  readonly pageStart?: string | undefined;
  readonly pageSize: number;
}

/**
 * Repositories that somebody may read, by namespace and name.
 *
 * @throws DomainError INVALID_PARAMETERS where the list has no such page
 */
export async function listRepositories(
  q: Queryable,
  readable: 'all' | ReadableRepositories,
  { namespace, pageStart, pageSize }: RepositoryPage,
): Promise<ListedRepository[]> {
  const first = pageStart === undefined ? { namespace: namespace ?? '', name: '' } : await findStart(q, pageStart);
  if (!first || (namespace !== undefined && namespace !== first.namespace)) {
    throw new DomainError(
      'INVALID_PARAMETERS',
      `pageStart ${pageStart} is not in this list any more: begin without it`,
    );
  }
  const page = await listReadable(q, readable, { limit: pageSize, from: first, isInclusive: true, namespace });
  return findRepositories(
    q,
    page.map(({ id }) => id),
  );
}

/** The repositories of these ids (of rows, which the API does not show), by namespace and name. */
export async function findRepositories(q: Queryable, rowIds: readonly number[]): Promise<ListedRepository[]> {
  const { rows } = await q.query<ListedRepository>(
    `SELECT ${listColumns} ${from} WHERE r.id = ANY ($1) ORDER BY r.namespace, r.name`,
    [rowIds],
  );
  return rows;
}

async function findStart(
  q: Queryable,
  pageStart: string,
): Promise<{ readonly namespace: string; readonly name: string } | undefined> {
  const { rows } = await q.query<{ namespace: string; name: string }>(
    'SELECT namespace, name FROM registry.repositories WHERE public_id = $1',
    [pageStart],
  );
  return rows[0];
}

/** One repository, or undefined. */
export async function findRepository(
  q: Queryable,
  namespace: string,
  name: string,
): Promise<RepositoryRow | undefined> {
  const { rows } = await q.query<RepositoryRow>(`${select} WHERE r.namespace = $1 AND r.name = $2`, [namespace, name]);
  return rows[0];
}

export type NewRepository = Omit<RepositoryRow, 'id' | 'namespaceType' | 'pulls' | 'pushes' | 'inactive'>;

/**
 * Makes a repository, in the caller's transaction; the namespace must exist. Undefined where there is one of that name
 * already.
 *
 * @throws LimitReachedError
 */
export async function insertRepository(tx: Queryable, repository: NewRepository): Promise<RepositoryRow | undefined> {
  const { rowCount } = await tx.query(
    `INSERT INTO registry.repositories (namespace, name, visibility, short_description, long_description, scan_on_push,
                                        immutable_tags, enable_manifest_lists, tag_limit, untagged_manifests,
                                        orphaned_referrers, untagged_grace)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 * interval '1 s') ON CONFLICT (namespace, name) DO NOTHING`,
    [
      repository.namespace,
      repository.name,
      repository.visibility,
      repository.shortDescription,
      repository.longDescription,
      repository.scanOnPush,
      repository.immutableTags,
      repository.enableManifestLists,
      repository.tagLimit,
      repository.untaggedManifests,
      repository.orphanedReferrers,
      repository.untaggedGraceSeconds,
    ],
  );
  if (rowCount !== 1) return undefined;
  await assertRoomForRepository(tx, repository.namespace);
  return findRepository(tx, repository.namespace, repository.name);
}

export type RepositoryChanges = Partial<Omit<NewRepository, 'namespace' | 'name'>>;

/** Changes the settings of a repository that are given. Undefined where there is no such repository. */
export async function updateRepository(
  q: Queryable,
  namespace: string,
  name: string,
  changes: RepositoryChanges,
): Promise<RepositoryRow | undefined> {
  await q.query(
    `UPDATE registry.repositories SET visibility = coalesce($3, visibility),
       short_description = coalesce($4, short_description), long_description = coalesce($5, long_description),
       scan_on_push = coalesce($6, scan_on_push), immutable_tags = coalesce($7, immutable_tags),
       enable_manifest_lists = coalesce($8, enable_manifest_lists), tag_limit = coalesce($9, tag_limit),
       untagged_manifests = coalesce($10, untagged_manifests), orphaned_referrers = coalesce($11, orphaned_referrers),
       untagged_grace = coalesce($12 * interval '1 s', untagged_grace)
     WHERE namespace = $1 AND name = $2`,
    [
      namespace,
      name,
      changes.visibility,
      changes.shortDescription,
      changes.longDescription,
      changes.scanOnPush,
      changes.immutableTags,
      changes.enableManifestLists,
      changes.tagLimit,
      changes.untaggedManifests,
      changes.orphanedReferrers,
      changes.untaggedGraceSeconds,
    ],
  );
  return findRepository(q, namespace, name);
}
