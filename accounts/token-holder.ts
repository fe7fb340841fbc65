import type { Account } from './accounts.ts';

/** Somebody who may have tokens. */
export interface TokenHolder extends Account {
  /**
   * Tokens name it, and end with it. What the account may do has to be read after it, so that what is taken away in
   * between ends the token.
   */
  readonly tokenGeneration: number;
}

/** A TokenHolder, in SQL, of the row `a` of `accounts.accounts`. */
export const tokenHolderColumns = `a.id, a.name, a.is_admin AS "isAdmin", a.token_generation AS "tokenGeneration"`;
