import { type Static, Type } from 'typebox';
import type { AccountRow } from '../../accounts/account-store.ts';
import type { Account } from '../../accounts/accounts.ts';
import type { MemberRow } from '../../accounts/member-store.ts';
import { readOnly } from '../http/schemas.ts';

/**
 * An account, user or organization (docs/msr-api.md, "Accounts"). What is optional is for system administrators, and for
 * the account itself.
 */
export const AccountView = Type.Object(
  {
    id: readOnly(Type.String()),
    name: Type.String(),
    fullName: Type.String(),
    isOrg: Type.Boolean(),
    isAdmin: Type.Optional(Type.Boolean()),
    isActive: Type.Optional(Type.Boolean()),
    isImported: Type.Optional(readOnly(Type.Boolean())),
    onDemand: Type.Optional(readOnly(Type.Boolean())),
    otpEnabled: Type.Optional(readOnly(Type.Boolean())),
    membersCount: Type.Optional(readOnly(Type.Integer())),
    teamsCount: Type.Optional(readOnly(Type.Integer())),
  },
  { title: 'Account' },
);

/**
 * An account as somebody sees it. Who the administrators are, and which accounts are not active or come from a directory,
 * is for system administrators, and for the account itself: it says whose password is worth guessing.
 */
export function viewAccount(account: AccountRow, viewer: Account): Static<typeof AccountView> {
  if (viewer.isAdmin || viewer.id === account.id) return account;
  const { id, name, fullName, isOrg } = account;
  return { id, name, fullName, isOrg };
}

const membership = {
  isAdmin: Type.Boolean({ description: 'Whether an owner of the organization, or an administrator of the team' }),
  isPublic: Type.Boolean(),
};

/** A member of an organization or team. */
export const MemberView = Type.Object({ ...membership, member: readOnly(AccountView) }, { title: 'Member' });

/** A member of an organization or team as somebody sees it. */
export function viewMember(row: MemberRow, viewer: Account): Static<typeof MemberView> {
  return { ...row, member: viewAccount(row.member, viewer) };
}

/** An organization that somebody is a member of. */
export const MembershipView = Type.Object({ ...membership, org: readOnly(AccountView) }, { title: 'Membership' });
