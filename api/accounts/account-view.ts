import type { AccountRow } from '../../accounts/account-store.ts';
import type { Account } from '../../accounts/accounts.ts';
import type { MemberRow } from '../../accounts/member-store.ts';

/** What everybody who has signed in may know of an account: what it is called. */
export type PublicAccount = Pick<AccountRow, 'id' | 'name' | 'fullName' | 'isOrg'>;

/**
 * An account as somebody sees it. Who the administrators are, and which accounts are not active or come from a directory,
 * is for system administrators, and for the account itself: it says whose password is worth guessing.
 */
export function viewAccount(account: AccountRow, viewer: Account): AccountRow | PublicAccount {
  if (viewer.isAdmin || viewer.id === account.id) return account;
  const { id, name, fullName, isOrg } = account;
  return { id, name, fullName, isOrg };
}

/** A member of an organization or team as somebody sees it. */
export function viewMember(row: MemberRow, viewer: Account) {
  return { ...row, member: viewAccount(row.member, viewer) };
}
