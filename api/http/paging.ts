import { Type } from 'typebox';

const maxPageSize = 1_000;

/** The header that leads to the next page (docs/msr-api.md, "Lists"). */
export const nextPageHeader = 'x-next-page-start';
// The name is not documented, so it follows that of X-Next-Page-Start.
export const countHeader = 'x-resource-count';
/** Says `true` where only so many were counted, and there may be more. */
export const countLimitedHeader = 'x-resource-count-limited';

/** The query of MSR's lists: `pageStart` is the id of the first record. */
export const pageQuery = Type.Object(
  {
    pageStart: Type.Optional(
      Type.String({
        maxLength: 36,
        allowed: 'the id that the header X-Next-Page-Start of the page before gave',
        pattern: '^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$',
      }),
    ),
    pageSize: Type.Integer({ minimum: 1, maximum: maxPageSize, default: 10 }),
    count: Type.Boolean({ default: false }),
  },
  { additionalProperties: false },
);

/** The query of lists that MSR gives whole: as many as a page can have, unless a client wants fewer. */
export const wholePageQuery = Type.Object(
  { ...pageQuery.properties, pageSize: Type.Integer({ minimum: 1, maximum: maxPageSize, default: maxPageSize }) },
  { additionalProperties: false },
);

/** The same, of a list by name: `pageStart` is the name of the first record. */
export const namedPageQuery = Type.Object(
  { pageStart: Type.String({ maxLength: 255, default: '' }), pageSize: wholePageQuery.properties.pageSize },
  { additionalProperties: false },
);

/** The most bytes of JSON that a list answers with. */
export const maxPageBytes = 1024 * 1024;

/** Where a page begins, and what it is filled from. */
export interface PageSource<Row, Entry> {
  /** The key of the first row; empty: from the beginning. */
  readonly start: string;
  readonly size: number;
  /** Finds rows, from the one of a key on; empty: from the beginning. */
  readonly load: (start: string, limit: number) => Promise<Row[]>;
  /** What `start` would have to be to begin with a row, which is the how manyth of the page, from 0 on. */
  readonly keyOf: (row: Row, position: number) => string;
  /** A row as the API shows it. */
  readonly view: (row: Row) => Entry;
  /** How many rows are in memory at once at most; fewer than a page has where a row may be large. */
  readonly rowsAtOnce?: number;
}

/** A page of a list. */
export interface FilledPage<Entry> {
  readonly entries: Entry[];
  /** The key of the first row of the next page; empty on the last one. */
  readonly next: string;
  /** The header that leads to it. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Fills a page with as many entries as it may have, or as fit into `maxPageBytes` as JSON; one it has always. Where it
 * ends before it is full, the next page begins there.
 */
export async function fillPage<Row, Entry>(source: PageSource<Row, Entry>): Promise<FilledPage<Entry>> {
  const { size, load, keyOf, view, rowsAtOnce = maxPageSize } = source;
  const entries: Entry[] = [];
  const endAt = (next: string) => ({ entries, next, headers: { [nextPageHeader]: next } });
  let bytes = 0;
  for (let { start } = source; ;) {
    const wanted = Math.min(size - entries.length, rowsAtOnce);
    const rows = await load(start, wanted + 1);
    const beyond = rows.length > wanted ? rows.pop() : undefined;
    for (const row of rows) {
      const entry = view(row);
      bytes += Buffer.byteLength(JSON.stringify(entry)) + 1;
      if (bytes > maxPageBytes && entries.length > 0) return endAt(keyOf(row, entries.length));
      entries.push(entry);
    }
    if (beyond === undefined) return { entries, next: '', headers: {} };
    start = keyOf(beyond, entries.length);
    if (entries.length === size) return endAt(start);
  }
}
