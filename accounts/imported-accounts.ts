import type { Queryable } from '../database/pool.ts';
import type { DirectoryMember } from './directory/directory.ts';
import { type Actor, systemActor } from '../events/actor.ts';
import { recordAudit } from '../events/audit.ts';
import { canonicalName } from './canonical-name.ts';
import { accountChangeEvent, importEvent } from './account-events.ts';
import { isAccountName, isLastAdmin } from './account-store.ts';
import type { Account } from './accounts.ts';
import { type MembershipChanges, syncMemberships } from './team-sync.ts';

/** What became of somebody of the directory. */
export interface ImportResult {
  /** Undefined where the person has no active account. */
  readonly account: Account | undefined;
  readonly outcome:
    | 'created'
    | 'updated'
    | 'reactivated'
    | 'unchanged'
    /** The account is inactive, as somebody wants it. */
    | 'inactive'
    /** There is none, and none is to be made. */
    | 'not-created'
    /** An account has the name, local or of another person: the directory does not take it over. */
    | 'name-taken'
    /** No account can have the name. */
    | 'bad-name';
  readonly memberships: MembershipChanges;
}

const provider = 'ldap';
const noChanges: MembershipChanges = { added: 0, removed: 0 };

interface ImportedRow extends Account {
  readonly fullName: string;
  readonly isActive: boolean;
  readonly isMissing: boolean;
}

/**
 * Makes the account of somebody in the directory, or brings it up to date: full name, teams, system administrator where
 * the directory says so, active again where it was made inactive because the directory had lost the person. The last
 * system administrator remains one.
 *
 * @param options.creates whether an account may be made
 * @param options.address where the person signs in; undefined: nobody does
 */
export async function importAccount(
  tx: Queryable,
  member: DirectoryMember,
  { creates, address }: { readonly creates: boolean; readonly address?: string },
): Promise<ImportResult> {
  const actor = systemActor(provider, address);
  const known = await lockImported(tx, member.subject);
  if (known) return update(tx, known, member, actor);
  const name = canonicalName(member.name);
  if (!isAccountName(name)) return nothing('bad-name');
  if (!creates) return nothing('not-created');
  const { rows } = await tx.query<Account>(
    `INSERT INTO accounts.accounts (name, full_name, is_admin, is_imported) VALUES ($1, $2, $3, true)
     ON CONFLICT (name) DO NOTHING RETURNING id, name, is_admin AS "isAdmin"`,
    [name, member.fullName, member.isAdmin ?? false],
  );
  const [account] = rows;
  if (!account) {
    // Somebody was faster: the same person, in another process, or another account of the name.
    const theirs = await lockImported(tx, member.subject);
    return theirs ? update(tx, theirs, member, actor) : nothing('name-taken');
  }
  await tx.query('INSERT INTO accounts.external_identities (provider, subject, account_id) VALUES ($1, $2, $3)', [
    provider,
    member.subject,
    account.id,
  ]);
  await recordAudit(tx, { ...importEvent(account), actor });
  return {
    account,
    outcome: 'created',
    memberships: await syncMemberships(tx, { account, provider, groups: member.groups, actor }),
  };
}

async function lockImported(tx: Queryable, subject: string): Promise<ImportedRow | undefined> {
  const { rows } = await tx.query<ImportedRow>(
    `SELECT a.id, a.name, a.full_name AS "fullName", a.is_admin AS "isAdmin", a.is_active AS "isActive",
            i.missing_since IS NOT NULL AS "isMissing"
     FROM accounts.external_identities i JOIN accounts.accounts a ON a.id = i.account_id
     WHERE i.provider = $1 AND i.subject = $2 FOR NO KEY UPDATE`,
    [provider, subject],
  );
  return rows[0];
}

async function update(tx: Queryable, row: ImportedRow, member: DirectoryMember, actor: Actor): Promise<ImportResult> {
  await markSeen(tx, [member.subject]);
  await tx.query(
    `UPDATE accounts.external_identities SET missing_since = NULL
     WHERE provider = $1 AND subject = $2 AND missing_since IS NOT NULL`,
    [provider, member.subject],
  );
  if (!row.isActive && !row.isMissing) return nothing('inactive');
  const wantsAdmin = member.isAdmin ?? row.isAdmin;
  const isAdmin = wantsAdmin || (row.isAdmin && (await isLastAdmin(tx, row.id)));
  const isChanged = member.fullName !== row.fullName || isAdmin !== row.isAdmin;
  if (isChanged || !row.isActive) {
    const after = { fullName: member.fullName, isAdmin, isActive: true };
    await recordAudit(tx, { ...accountChangeEvent(row, row, after), actor });
    await tx.query('UPDATE accounts.accounts SET full_name = $2, is_admin = $3, is_active = true WHERE id = $1', [
      row.id,
      member.fullName,
      isAdmin,
    ]);
  }
  const account = { id: row.id, name: row.name, isAdmin };
  return {
    account,
    outcome: row.isActive ? (isChanged ? 'updated' : 'unchanged') : 'reactivated',
    memberships: await syncMemberships(tx, { account, provider, groups: member.groups, actor }),
  };
}

function nothing(outcome: ImportResult['outcome']): ImportResult {
  return { account: undefined, outcome, memberships: noChanges };
}

/** Whether a directory may sign in by this name: nobody has it, or an account that was imported from it. */
export async function isDirectoryName(q: Queryable, name: string): Promise<boolean> {
  const { rows } = await q.query<{ isImported: boolean }>(
    `SELECT EXISTS (SELECT FROM accounts.external_identities i WHERE i.account_id = a.id AND i.provider = $2)
       AS "isImported" FROM accounts.accounts a WHERE a.name = $1`,
    [name, provider],
  );
  return rows[0]?.isImported ?? true;
}

/** Remembers that the directory has these people now. */
export async function markSeen(q: Queryable, subjects: readonly string[]): Promise<void> {
  await q.query(
    `UPDATE accounts.external_identities SET seen_at = clock_timestamp()
     WHERE provider = $1 AND subject = ANY ($2)`,
    [provider, subjects],
  );
}

/** Active accounts that were imported, and how many of them the directory has not had since. */
export interface ImportedCount {
  readonly active: number;
  readonly missing: number;
}

const isImported = `i.provider = '${provider}' AND a.is_imported AND a.is_active`;

/**
 * Counts the active imported accounts.
 *
 * @param since a time of PostgreSQL; whom the directory was not seen to have since then is missing
 */
export async function countImported(q: Queryable, since: string): Promise<ImportedCount> {
  const { rows } = await q.query<ImportedCount>(
    `SELECT count(*) AS active, count(*) FILTER (WHERE i.seen_at < $1::timestamptz) AS missing
     FROM accounts.external_identities i JOIN accounts.accounts a ON a.id = i.account_id WHERE ${isImported}`,
    [since],
  );
  return rows[0] ?? { active: 0, missing: 0 };
}

/** Names of active accounts whom the directory was not seen to have since then, in order, after `after`. */
export async function listMissing(
  q: Queryable,
  { since, after, limit }: { readonly since: string; readonly after: string; readonly limit: number },
): Promise<string[]> {
  const { rows } = await q.query<{ name: string }>(
    `SELECT a.name FROM accounts.external_identities i JOIN accounts.accounts a ON a.id = i.account_id
     WHERE ${isImported} AND i.seen_at < $1::timestamptz AND a.name > $2 ORDER BY a.name LIMIT $3`,
    [since, after, limit],
  );
  return rows.map(({ name }) => name);
}

/**
 * Makes an account inactive that the directory still has not had since then.
 *
 * @returns whether it was; not for the last system administrator, nor for somebody who was seen meanwhile
 */
export async function deactivateMissing(tx: Queryable, name: string, since: string): Promise<boolean> {
  const { rows } = await tx.query<{ id: string; isAdmin: boolean }>(
    `SELECT a.id, a.is_admin AS "isAdmin" FROM accounts.external_identities i
     JOIN accounts.accounts a ON a.id = i.account_id
     WHERE ${isImported} AND a.name = $1 AND i.seen_at < $2::timestamptz FOR NO KEY UPDATE`,
    [name, since],
  );
  const [row] = rows;
  if (!row || (row.isAdmin && (await isLastAdmin(tx, row.id)))) return false;
  await tx.query(
    'UPDATE accounts.external_identities SET missing_since = now() WHERE provider = $1 AND account_id = $2',
    [provider, row.id],
  );
  await tx.query('UPDATE accounts.accounts SET is_active = false WHERE id = $1', [row.id]);
  const change = accountChangeEvent({ id: row.id, name }, { isActive: true }, { isActive: false });
  await recordAudit(tx, { ...change, actor: systemActor(provider) });
  return true;
}
