import { Type, type Static } from 'typebox';
import { nextPageHeader, takeNext } from '../paging.ts';

const maxPageSize = 1_000;

/** The parameters of every list of eNZi (msr.md section 3, "Conventions"): `start` is the name of the first entry. */
export const pageParameters = {
  start: Type.String({ maxLength: 255, default: '' }),
  limit: Type.Integer({ minimum: 1, maximum: maxPageSize, default: 10 }),
};

const pageQuery = Type.Object(pageParameters);
export type ListPage = Static<typeof pageQuery>;

/**
 * Cuts a page from what was found.
 *
 * @param load finds the entries of a page, by name
 * @param nameOf gives what `start` would have to be to begin with an entry
 * @returns the entries, and how clients come to the next page: `nextPageStart` is empty on the last one
 */
export async function cutPage<T>(
  page: ListPage,
  load: (page: ListPage) => Promise<T[]>,
  nameOf: (entry: T) => string,
): Promise<{ readonly entries: T[]; readonly nextPageStart: string; readonly headers: Record<string, string> }> {
  const entries = await load({ ...page, limit: page.limit + 1 });
  const next = takeNext(entries, page.limit);
  const nextPageStart = next === undefined ? '' : nameOf(next);
  return { entries, nextPageStart, headers: next === undefined ? {} : { [nextPageHeader]: nextPageStart } };
}
