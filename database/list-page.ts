/** A stretch of a list that is in the order of names. */
export interface ListPage {
  /** The name of the first entry, or where it would be; empty: the first of all. */
  readonly start: string;
  /** The most entries. */
  readonly limit: number;
}
