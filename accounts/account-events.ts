import type { EventKind } from '../events/event-kinds.ts';
import type { ChangeEvent } from '../events/audit.ts';
import type { AccountChanges } from './account-store.ts';
import type { Account } from './accounts.ts';

/** What an event tells of an account; its own administrators see it too. */
export function accountEvent(
  kind: EventKind,
  { id, name }: Pick<Account, 'id' | 'name'>,
  details: Readonly<Record<string, unknown>> = {},
): ChangeEvent {
  return { kind, object: { id, name }, namespace: name, details };
}

/** What an event tells of an account that came from a provider. */
export function importEvent(account: Account): ChangeEvent {
  const details = { isOrg: false, isAdmin: account.isAdmin, isActive: true, isImported: true };
  return accountEvent('ACCOUNT_CREATE', account, details);
}

/** What an event tells of fields of an account that were changed; those that are as they were are left out. */
export function accountChangeEvent(
  account: Pick<Account, 'id' | 'name'>,
  before: AccountChanges,
  after: AccountChanges,
): ChangeEvent {
  const fields = (['fullName', 'isAdmin', 'isActive'] as const).filter(
    (field) => after[field] !== undefined && after[field] !== before[field],
  );
  const pick = (values: AccountChanges) => Object.fromEntries(fields.map((field) => [field, values[field]]));
  return accountEvent('ACCOUNT_UPDATE', account, { from: pick(before), to: pick(after) });
}
