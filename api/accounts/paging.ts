import { Type } from 'typebox';
import type { ListPage } from '../../database/list-page.ts';
import { nameText } from '../http/names.ts';
import { type FilledPage, fillPage } from '../http/paging.ts';

const maxPageSize = 1_000;

/** The parameters of every list of eNZi (docs/msr-api.md, "Lists"): `start` is the name of the first entry. */
export const pageParameters = {
  start: Type.String({ maxLength: 255, default: '' }),
  limit: Type.Integer({ minimum: 1, maximum: maxPageSize, default: 10 }),
};

/** The same, of a list of accounts. */
export const accountPageParameters = { ...pageParameters, start: nameText({ default: '' }) };

/** A field of every list of eNZi. */
export const NextPageStart = Type.String({ description: '`start` of the next page; empty on the last one' });

/** What a list of eNZi is filled from. */
export interface ListSource<Row, Entry> {
  /** Finds the entries of a page, by name. */
  readonly load: (page: ListPage) => Promise<Row[]>;
  /** What `start` would have to be to begin with an entry. */
  readonly nameOf: (row: Row) => string;
  /** An entry as the API shows it. */
  readonly view: (row: Row) => Entry;
  /** How many rows are in memory at once at most; fewer than a page has where a row may be large. */
  readonly rowsAtOnce?: number;
}

/**
 * Fills a page of a list.
 *
 * @returns the entries, and how clients come to the next page: `next` is empty on the last one
 */
export function fillListPage<Row, Entry>(
  { start, limit }: ListPage,
  { load, nameOf, ...source }: ListSource<Row, Entry>,
): Promise<FilledPage<Entry>> {
  return fillPage({
    ...source,
    start,
    size: limit,
    load: (from, count) => load({ start: from, limit: count }),
    keyOf: nameOf,
  });
}
