import type { Queryable } from '../database/pool.ts';
import { isNameComponent } from '../registry/repositories/names.ts';
import { sqlState, type TransactionSource, withTransaction } from '../database/transaction.ts';
import { deleteWebhooksOfNamespace } from '../events/webhook-store.ts';
import { DomainError } from '../errors/domain-error.ts';
import type { ListPage } from '../database/list-page.ts';

/** An account, user or organization, as the API shows it (docs/msr-api.md, "Accounts"). */
export interface AccountRow {
  readonly id: string;
  readonly name: string;
  readonly fullName: string;
  readonly isOrg: boolean;
  readonly isAdmin: boolean;
  readonly isActive: boolean;
  readonly isImported: boolean;
  readonly onDemand: boolean;
  readonly otpEnabled: boolean;
  readonly membersCount: number;
  readonly teamsCount: number;
}

// Nothing asks for one-time passwords, but clients expect the field.
const fields = `'id', a.id, 'name', a.name, 'fullName', a.full_name, 'isOrg', a.is_org, 'isAdmin', a.is_admin,
  'isActive', a.is_active, 'isImported', a.is_imported, 'onDemand', false, 'otpEnabled', false,
  'membersCount', (SELECT count(*) FROM accounts.members m WHERE m.org_id = a.id),
  'teamsCount', (SELECT count(*) FROM accounts.teams t WHERE t.org_id = a.id)`;

/** One AccountRow as JSON, in SQL, of the row `a` of `accounts.accounts`. */
export const accountJson = `json_build_object(${fields})`;

const filters = {
  all: 'true',
  users: 'NOT a.is_org',
  orgs: 'a.is_org',
  admins: 'a.is_admin',
  'non-admins': 'NOT a.is_org AND NOT a.is_admin',
  'active-users': 'NOT a.is_org AND a.is_active',
  'inactive-users': 'NOT a.is_org AND NOT a.is_active',
} as const;

/** Which accounts are listed. */
export type AccountFilter = keyof typeof filters;
export const accountFilters = Object.keys(filters) as readonly AccountFilter[];

/** Accounts by name. */
export async function listAccounts(q: Queryable, filter: AccountFilter, page: ListPage): Promise<AccountRow[]> {
  const { rows } = await q.query<{ account: AccountRow }>(
    `SELECT ${accountJson} AS account FROM accounts.accounts a
     WHERE ${filters[filter]} AND a.name >= $1 ORDER BY a.name LIMIT $2`,
    [page.start, page.limit],
  );
  return rows.map(({ account }) => account);
}

/** How many users and organizations there are, and how many accounts pass the filter. */
export async function countAccounts(
  q: Queryable,
  filter: AccountFilter,
): Promise<{ readonly usersCount: number; readonly orgsCount: number; readonly resourceCount: number }> {
  const { rows } = await q.query<{ usersCount: number; orgsCount: number; resourceCount: number }>(
    `SELECT count(*) FILTER (WHERE NOT a.is_org) AS "usersCount", count(*) FILTER (WHERE a.is_org) AS "orgsCount",
            count(*) FILTER (WHERE ${filters[filter]}) AS "resourceCount" FROM accounts.accounts a`,
  );
  return rows[0] ?? { usersCount: 0, orgsCount: 0, resourceCount: 0 };
}

const idPrefix = 'id:';

/** What a path names an account or team by: a name or id, or `id:` and the id, as eNZi's clients write it. */
export function withoutIdPrefix(text: string): string {
  const id = text.slice(idPrefix.length);
  return text.startsWith(idPrefix) && isId(id) ? id : text;
}

/** Whether a text is the id of an account or team; none has such a name. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** The account of this name or id, or undefined. */
export async function findAccount(q: Queryable, named: string): Promise<AccountRow | undefined> {
  const nameOrId = withoutIdPrefix(named);
  const { rows } = await q.query<{ account: AccountRow }>(
    `SELECT ${accountJson} AS account FROM accounts.accounts a
     WHERE ${isId(nameOrId) ? 'a.id = $1::uuid' : 'a.name = $1'}`,
    [nameOrId],
  );
  return rows[0]?.account;
}

/** An account to be made. An organization has no password and is no administrator. */
export interface NewAccount {
  readonly name: string;
  readonly fullName: string;
  readonly isOrg: boolean;
  readonly isAdmin: boolean;
  readonly isActive: boolean;
  readonly passwordHash: string | undefined;
}

/** Makes an account. Undefined where there is one of this name already. */
export async function insertAccount(q: Queryable, account: NewAccount): Promise<AccountRow | undefined> {
  const { rowCount } = await q.query(
    `INSERT INTO accounts.accounts (name, full_name, is_org, is_admin, is_active, password_hash)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name) DO NOTHING`,
    [account.name, account.fullName, account.isOrg, account.isAdmin, account.isActive, account.passwordHash],
  );
  return rowCount === 1 ? findAccount(q, account.name) : undefined;
}

export interface AccountChanges {
  readonly fullName?: string;
  readonly isAdmin?: boolean;
  readonly isActive?: boolean;
}

/**
 * Changes an account. Gives it as it was just before, and as it is then; undefined where it is gone.
 *
 * @throws DomainError LAST_ADMIN where no active system administrator would be left
 */
export async function updateAccount(
  source: TransactionSource,
  id: string,
  { fullName, isAdmin, isActive }: AccountChanges,
): Promise<{ readonly before: AccountRow; readonly after: AccountRow } | undefined> {
  return withTransaction(source, async (tx) => {
    if (isAdmin === false || isActive === false) await assertNotLastAdmin(tx, id);
    await tx.query('SELECT FROM accounts.accounts WHERE id = $1 FOR NO KEY UPDATE', [id]);
    const before = await findAccount(tx, id);
    await tx.query(
      `UPDATE accounts.accounts SET full_name = coalesce($2, full_name), is_admin = coalesce($3, is_admin),
         is_active = coalesce($4, is_active) WHERE id = $1`,
      [id, fullName, isAdmin, isActive],
    );
    // From now on somebody wants it so, and a sync of a directory leaves it.
    if (isActive !== undefined) {
      await tx.query('UPDATE accounts.external_identities SET missing_since = NULL WHERE account_id = $1', [id]);
    }
    const after = await findAccount(tx, id);
    return before && after && { before, after };
  });
}

/**
 * Deletes an account with its memberships, teams and webhooks, also those about its namespace: whoever gets the name
 * later must not be watched by them. Gives whether there was one.
 *
 * @throws DomainError ACCOUNT_HAS_REPOSITORIES; LAST_ADMIN where no active system administrator would be left
 */
export async function deleteAccount(source: TransactionSource, { id, name }: AccountRow): Promise<boolean> {
  try {
    return await withTransaction(source, async (tx) => {
      await assertNotLastAdmin(tx, id);
      await deleteWebhooksOfNamespace(tx, name);
      const { rowCount } = await tx.query('DELETE FROM accounts.accounts WHERE id = $1', [id]);
      return rowCount === 1;
    });
  } catch (error) {
    if (sqlState(error) !== foreignKeyViolation) throw error;
    throw new DomainError(
      'ACCOUNT_HAS_REPOSITORIES',
      `"${name}" has repositories: delete them first (GET /api/v0/repositories/${name} lists them)`,
      { cause: error },
    );
  }
}

const foreignKeyViolation = '23503';

/**
 * Whether an account is the only active system administrator. Locks them all, so that two changes at once cannot each
 * rely on the other's.
 */
export async function isLastAdmin(tx: Queryable, id: string): Promise<boolean> {
  const { rows } = await tx.query<{ id: string }>(
    'SELECT id FROM accounts.accounts WHERE is_admin AND is_active ORDER BY id FOR NO KEY UPDATE',
  );
  return rows.length === 1 && rows[0]?.id === id;
}

async function assertNotLastAdmin(tx: Queryable, id: string): Promise<void> {
  if (!(await isLastAdmin(tx, id))) return;
  throw new DomainError('LAST_ADMIN', 'this is the last active system administrator: make another account one first');
}

/** The hash of the password of the account of this name; undefined where there is none. */
export async function findPasswordHashByName(q: Queryable, name: string): Promise<string | undefined> {
  const { rows } = await q.query<{ hash: string | null }>(
    'SELECT password_hash AS hash FROM accounts.accounts WHERE name = $1',
    [name],
  );
  return rows[0]?.hash ?? undefined;
}

/** Sets the password of a user. */
export async function updatePasswordHash(q: Queryable, id: string, passwordHash: string): Promise<void> {
  await q.query('UPDATE accounts.accounts SET password_hash = $2 WHERE id = $1 AND NOT is_org', [id, passwordHash]);
}

const maxNameLength = 100;

/** Whether an account can have this name: repositories' names begin with it, and nobody must take it for an id. */
export function isAccountName(name: string): boolean {
  return name.length <= maxNameLength && isNameComponent(name) && !isId(name);
}
