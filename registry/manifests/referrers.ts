import type pg from 'pg';
import { requireDigest } from '../blobs/digest.ts';
import { type RepositoryExchange, sendBytes } from '../http/exchange.ts';
import { formatNextLink, parsePage } from '../http/paging.ts';
import { findRepository } from '../repositories/repositories.ts';

const indexType = 'application/vnd.oci.image.index.v1+json';
const maxEntries = 1_000;
// A page is itself a manifest, and clients refuse those of more than 4 MiB. The payload of a referrer is never smaller
// than its annotations, so the sum of payloads bounds the page.
const maxPayloadBytes = 3 * 1024 * 1024;

/** A manifest with a subject, as its descriptor shows it. */
export interface Referrer {
  readonly id: number;
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType: string | null;
  readonly annotations: Readonly<Record<string, string>> | null;
}

/**
 * `GET /v2/<name>/referrers/<digest>`: the manifests whose subject is `digest`, oldest first, a page at a time (OCI
 * distribution specification, "Listing Referrers"). Neither the subject nor the
 * repository need exist.
 *
 * @throws RegistryError DIGEST_INVALID, PAGINATION_NUMBER_INVALID
 */
export async function listReferrers(pool: pg.Pool, exchange: RepositoryExchange): Promise<void> {
  const { repository: name, query, reference } = exchange;
  const subject = requireDigest(reference).text;
  const { limit, last } = parsePage(query, maxEntries);
  const artifactType = query.get('artifactType')?.replaceAll('\0', '') || undefined;
  // A repository that is not there has no referrers: a 404 would make clients think that there is no such API.
  const repository = await findRepository(pool, name);
  const after = /^\d{1,15}$/.test(last) ? Number(last) : 0;
  const page = { subject, artifactType, after, limit };
  const { referrers, hasMore } = repository ? await findReferrers(pool, repository.id, page) : noReferrers;
  const index = { schemaVersion: 2, mediaType: indexType, manifests: referrers.map(describe) };
  const lastId = referrers.at(-1)?.id;
  const path = `/v2/${name.full}/referrers/${subject}`;
  const filter = artifactType === undefined ? {} : { artifactType };
  sendBytes(exchange, 200, Buffer.from(`${JSON.stringify(index)}\n`), {
    'Content-Type': indexType,
    ...(artifactType !== undefined && { 'OCI-Filters-Applied': 'artifactType' }),
    ...(hasMore && lastId !== undefined && { Link: formatNextLink(path, limit, String(lastId), filter) }),
  });
}

/** A stretch of the referrers of one subject. */
export interface ReferrersPage {
  readonly subject: string;
  readonly artifactType: string | undefined;
  /** Those after the manifest of this id. */
  readonly after: number;
  readonly limit: number;
}

/** Referrers in the order of their ids. */
export interface FoundReferrers {
  readonly referrers: readonly Referrer[];
  readonly hasMore: boolean;
}

const noReferrers: FoundReferrers = { referrers: [], hasMore: false };

/** Finds one page of referrers, as many as a page may hold. */
export async function findReferrers(
  pool: pg.Pool,
  repositoryId: number,
  { subject, artifactType, after, limit }: ReferrersPage,
): Promise<FoundReferrers> {
  if (limit === 0) return noReferrers;
  const { rows } = await pool.query<Referrer & { isNext: boolean }>({
    name: 'registry-list-referrers',
    // The first window counts before annotations are read, which lie outside of the row where they are large.
    text: `WITH page AS (
             SELECT id, row_number() OVER (ORDER BY id) AS place,
                    sum(octet_length(payload)) OVER (ORDER BY id) AS payload_bytes
             FROM registry.manifests
             WHERE repository_id = $1 AND subject_digest = $2 AND id > $3
               AND ($4::text IS NULL OR coalesce(artifact_type, config_media_type) = $4)
             ORDER BY id LIMIT $5)
           SELECT m.id, m.media_type AS "mediaType", m.digest, octet_length(m.payload) AS size,
                  coalesce(m.artifact_type, m.config_media_type) AS "artifactType",
                  CASE WHEN p.place > $5 - 1 OR p.payload_bytes > $6 AND p.place > 1
                       THEN NULL ELSE m.annotations END AS annotations,
                  p.place > $5 - 1 OR p.payload_bytes > $6 AND p.place > 1 AS "isNext"
           FROM page p JOIN registry.manifests m ON m.id = p.id ORDER BY m.id`,
    values: [repositoryId, subject, after, artifactType ?? null, limit + 1, maxPayloadBytes],
  });
  const referrers = rows.filter(({ isNext }) => !isNext);
  return { referrers, hasMore: referrers.length < rows.length };
}

function describe({ mediaType, digest, size, artifactType, annotations }: Referrer): Record<string, unknown> {
  return { mediaType, digest, size, ...(artifactType && { artifactType }), ...(annotations && { annotations }) };
}
