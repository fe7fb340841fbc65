import { Type } from 'typebox';

const maxPageSize = 1_000;

/** The header that leads to the next page (msr.md section 3, "Conventions"). */
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

/**
 * Takes the row off that was loaded beyond a page.
 *
 * @param rows a page, loaded with one row more than it has
 * @returns the first row of the next page; undefined: there is none
 */
export function takeNext<T>(rows: T[], pageSize: number): T | undefined {
  return rows.length > pageSize ? rows.pop() : undefined;
}
