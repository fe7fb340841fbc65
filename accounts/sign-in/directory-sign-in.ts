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
import { createSecretMemory } from './secret-memory.ts';

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

/** Makes the sign-in by an LDAP directory. */
export function createDirectorySignIn({ pool, directory, createOnLogin, log }: DirectorySignInDeps): DirectorySignIn {
  // Ids of accounts by digests of what they signed in with. A minute after the directory was asked it is asked again, however
  // often the password was used: for so long one goes on that was changed there.
  const accountIds = createSecretMemory<string>();

  return async ({ name, secret: password, address }, digest) => {
    const id = accountIds.recall(digest);
    const known = id === undefined ? undefined : await findActiveAccountById(pool, id);
    if (known) return known;
    accountIds.forget(digest);
    // A directory would also ignore spaces, and wrong passwords are counted by name.
    if (!isAccountName(name) || !(await isDirectoryName(pool, name))) return undefined;
    const member = await directory.authenticate(name, password).catch((error: unknown) => {
      if (!(error instanceof DirectoryUnavailableError)) throw error;
      throw new DomainError(
        'UNAVAILABLE',
        'the LDAP directory, which checks this password, does not answer just now: try again',
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
      log.warn(
        { name: member.name, outcome },
        'a person whom the LDAP directory accepts has no account here, and may not sign in',
      );
      return undefined;
    }
    accountIds.remember(digest, account.id);
    // As it is now that the directory's groups have been applied.
    return findActiveAccountById(pool, account.id);
  };
}
