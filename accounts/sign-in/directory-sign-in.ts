import { LRUCache } from 'lru-cache';
import type pg from 'pg';
import { withTransaction } from '../../database/transaction.ts';
import type { Directory } from '../directory/directory.ts';
import { DirectoryUnavailableError } from '../directory/errors.ts';
import type { Logger } from '../../log/logger.ts';
import { isAccountName } from '../account-store.ts';
import { findActiveAccountById } from '../accounts.ts';
import type { TokenHolder } from '../token-holder.ts';
import { importAccount, isDirectoryName } from '../imported-accounts.ts';
import { DomainError } from '../../errors/domain-error.ts';
import type { Credentials } from './sign-in.ts';

/**
 * Signs in with a name and password of the directory.
 *
 * @param digest a keyed digest of both
 * @returns undefined where either is wrong, or where the name is that of a local account
 * @throws DomainError UNAVAILABLE where the directory has to be asked and does not answer
 */
export type DirectorySignIn = (credentials: Credentials, digest: string) => Promise<TokenHolder | undefined>;

export interface DirectorySignInDeps {
  readonly pool: pg.Pool;
  readonly directory: Directory;
  /** Whether the first sign-in makes an account. */
  readonly createOnLogin: boolean;
  readonly log: Logger;
}

// As long as a right password of a local account is remembered, and for the same reason: a client that pulls sends it
// with every request. For so long a password goes on that was changed in the directory.
const rememberMs = 60_000;
const maxRemembered = 10_000;

/** Makes the sign-in by an LDAP directory. */
export function createDirectorySignIn({ pool, directory, createOnLogin, log }: DirectorySignInDeps): DirectorySignIn {
  // Ids of accounts by digests of what they signed in with.
  const remembered = new LRUCache<string, string>({ max: maxRemembered, ttl: rememberMs });

  return async ({ name, secret: password, address }, digest) => {
    const id = remembered.get(digest);
    const known = id === undefined ? undefined : await findActiveAccountById(pool, id);
    if (known) return known;
    remembered.delete(digest);
    // A directory would also ignore spaces, and wrong passwords are counted by name.
    if (!isAccountName(name) || !(await isDirectoryName(pool, name))) return undefined;
    const member = await directory.authenticate(name, password).catch((error: unknown) => {
      if (!(error instanceof DirectoryUnavailableError)) throw error;
      throw new DomainError(
        'UNAVAILABLE',
        'the directory that knows the password does not answer just now: try again',
        {
          cause: error,
        },
      );
    });
    if (!member) return undefined;
    const { account, outcome } = await withTransaction(pool, (tx) =>
      importAccount(tx, member, { creates: createOnLogin, address }),
    );
    if (!account) {
      log.warn({ name: member.name, outcome }, 'somebody of the directory may not sign in');
      return undefined;
    }
    remembered.set(digest, account.id);
    // As it is now that the directory's groups have been applied.
    return findActiveAccountById(pool, account.id);
  };
}
