import type pg from 'pg';

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

/** Those of what is not there. */
export const noReferrers: FoundReferrers = { referrers: [], hasMore: false };

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
