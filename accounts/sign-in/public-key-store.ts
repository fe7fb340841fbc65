import type { Queryable } from '../../database/pool.ts';
import { assertWithinLimit } from '../../settings/limits.ts';
import { type TokenHolder, tokenHolderColumns } from '../token-holder.ts';
import type { ListPage } from '../../database/list-page.ts';

/** A certificate by which an account signs in. */
export interface PublicKeyRow {
  /** SHA-256 of the certificate, in hex. */
  readonly id: string;
  readonly accountID: string;
  readonly label: string;
  /** The certificate, PEM. */
  readonly publicKey: string;
  readonly createdAt: Date;
}

const columns = `fingerprint AS id, account_id AS "accountID", label, certificate AS "publicKey",
  created_at AS "createdAt"`;

/** The certificates of an account, by their ids. */
export async function listPublicKeys(q: Queryable, accountID: string, page: ListPage): Promise<PublicKeyRow[]> {
  const { rows } = await q.query<PublicKeyRow>(
    `SELECT ${columns} FROM accounts.public_keys WHERE account_id = $1 AND fingerprint >= $2
     ORDER BY fingerprint LIMIT $3`,
    [accountID, page.start, page.limit],
  );
  return rows;
}

/**
 * Registers a certificate, in the caller's transaction. Undefined where it is registered already, for whomever.
 *
 * @param owner the name of its account
 * @throws LimitReachedError
 */
export async function insertPublicKey(
  tx: Queryable,
  { id, accountID, label, publicKey }: Omit<PublicKeyRow, 'createdAt'>,
  owner: string,
): Promise<PublicKeyRow | undefined> {
  const { rows } = await tx.query<PublicKeyRow>(
    `INSERT INTO accounts.public_keys (fingerprint, account_id, label, certificate) VALUES ($1, $2, $3, $4)
     ON CONFLICT (fingerprint) DO NOTHING RETURNING ${columns}`,
    [id, accountID, label, publicKey],
  );
  if (!rows[0]) return undefined;
  await assertWithinLimit(tx, {
    limit: 'maxPublicKeysPerAccount',
    place: owner,
    things: 'SELECT FROM accounts.public_keys WHERE account_id = $1',
    values: [accountID],
  });
  return rows[0];
}

/** Removes a certificate of an account. Gives whether there was one. */
export async function deletePublicKey(q: Queryable, accountID: string, id: string): Promise<boolean> {
  const { rowCount } = await q.query('DELETE FROM accounts.public_keys WHERE account_id = $1 AND fingerprint = $2', [
    accountID,
    id,
  ]);
  return rowCount === 1;
}

/** Who signs in by a certificate. */
export interface CertificateHolder extends TokenHolder {
  /** Of the certificate. */
  readonly keyGeneration: number;
}

/** The active user who signs in by the certificate of this fingerprint, or undefined. */
export async function findAccountByCertificate(
  q: Queryable,
  fingerprint: string,
): Promise<CertificateHolder | undefined> {
  const { rows } = await q.query<CertificateHolder>({
    name: 'find-account-by-certificate',
    text: `SELECT ${tokenHolderColumns}, k.token_generation AS "keyGeneration" FROM accounts.public_keys k
           JOIN accounts.accounts a ON a.id = k.account_id
           WHERE k.fingerprint = $1 AND a.is_active AND NOT a.is_org`,
    values: [fingerprint],
  });
  return rows[0];
}
