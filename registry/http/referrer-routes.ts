import type pg from 'pg';
import { requireDigest } from '../blobs/digest.ts';
import { findReferrers, noReferrers, type Referrer } from '../manifests/referrers.ts';
import { findRepository } from '../repositories/repositories.ts';
import { type RepositoryExchange, sendBytes } from './exchange.ts';
import { formatNextLink, parsePage } from './paging.ts';

const indexType = 'application/vnd.oci.image.index.v1+json';
const maxEntries = 1_000;

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

function describe({ mediaType, digest, size, artifactType, annotations }: Referrer): Record<string, unknown> {
  return { mediaType, digest, size, ...(artifactType && { artifactType }), ...(annotations && { annotations }) };
}
