import { HttpError } from './http-error.ts';

/** A stretch of a list, as the client asks for it with `n` and `last`. */
export interface Page {
  /** The most entries to answer with; 0 asks for none. */
  readonly limit: number;
  /** Entries after this one, in ASCII order; empty: from the start. */
  readonly last: string;
}

/** The most entries of one answer; a client that asks for more, or for no number, is given the rest by `Link`. */
const maxPageEntries = 10_000;

/**
 * Reads `n` and `last` (OCI distribution specification, "Listing Tags").
 *
 * @param maxEntries the most that an answer may have
 * @throws RegistryError PAGINATION_NUMBER_INVALID
 */
export function parsePage(query: URLSearchParams, maxEntries = maxPageEntries): Page {
  const n = query.get('n');
  if (n !== null && !/^\d{1,15}$/.test(n)) {
    throw new HttpError('PAGINATION_NUMBER_INVALID', `n is "${n.slice(0, 20)}": send a whole number from 0`, {
      detail: { n: n.slice(0, 20) },
    });
  }
  const limit = n === null ? maxEntries : Math.min(Number(n), maxEntries);
  // PostgreSQL's text cannot hold NUL, and no entry has one.
  return { limit, last: (query.get('last') ?? '').replaceAll('\0', '') };
}

/** The `Link` header that leads to the next page (RFC 8288); `path` is that of the list, `filter` what it is filtered by. */
export function formatNextLink(
  path: string,
  limit: number,
  last: string,
  filter: Readonly<Record<string, string>> = {},
): string {
  const query = new URLSearchParams({ n: String(limit), last, ...filter });
  return `<${path}?${query.toString()}>; rel="next"`;
}
