import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, importPKCS8, type CryptoKey } from 'jose';
import type pg from 'pg';
import { decryptSecret, encryptSecret } from '../../database/encryption.ts';
import type { Queryable } from '../../database/pool.ts';
import { withTransaction } from '../../database/transaction.ts';
import { certifySigningKey, createRootCertificate, type CertifiedKey } from './certificates.ts';

export const signingAlgorithm = 'ES256';
const encryptionContext = 'accounts.signing_keys';
const rootContext = 'accounts.token_authority';

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  /** The chain of the header `x5c`: the key's certificate, DER in base64, issued by the root that verifiers trust. */
  readonly certificates: readonly string[];
}

// Any constant will do; it must only differ from other advisory locks in the same database.
const advisoryLockKey = 0x6a6f626b;
// A new key is known to everybody before it signs: processes read the keys again every half a minute.
const publishAheadSeconds = 60;
// From when its successor signs, a key goes on verifying for so long. A process that cannot read the keys signs with the
// old one for up to 5 minutes, and the last token lives for another 5.
const overlapSeconds = 900;

/**
 * Loads the key that signs tokens; makes it where there is none. All processes find the same.
 *
 * @param secretKey 32 bytes
 * @throws Error where the stored key was encrypted under another secret key
 */
export async function loadSigningKey(pool: pg.Pool, secretKey: Uint8Array): Promise<SigningKey> {
  const known = await readSigningKey(pool, secretKey);
  if (known) return known;
  await withTransaction(pool, async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [advisoryLockKey]);
    const root = await loadRoot(tx, secretKey);
    const { rows } = await tx.query<{ kid: string; encrypted: Buffer }>(
      `SELECT kid, private_key_encrypted AS encrypted FROM accounts.signing_keys
       WHERE certificate IS NULL AND retired_at IS NULL`,
    );
    for (const { kid, encrypted } of rows) {
      const certificate = await certifySigningKey(root, decrypt(secretKey, encryptionContext, encrypted), kid);
      await tx.query('UPDATE accounts.signing_keys SET certificate = $2 WHERE kid = $1', [kid, certificate]);
    }
    if (!(await readSigningKey(tx, secretKey))) await insertKey(tx, secretKey, root, 0);
  });
  const made = await readSigningKey(pool, secretKey);
  if (!made) throw new Error('the signing key that was just made is not there');
  return made;
}

/**
 * Makes the next signing key where the newest is older than `maxAgeMs`. It signs a minute later, when everybody knows it;
 * its predecessors verify until their last token has expired. Processes that do so at once make one key.
 *
 * @returns whether it has made one
 */
export function rotateSigningKey(pool: pg.Pool, secretKey: Uint8Array, maxAgeMs: number): Promise<boolean> {
  return withTransaction(pool, async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [advisoryLockKey]);
    const { rowCount: young } = await tx.query(
      `SELECT FROM accounts.signing_keys
       WHERE retired_at IS NULL AND signs_from > now() - $1 * interval '1 ms' LIMIT 1`,
      [maxAgeMs],
    );
    if (young) return false;
    const kid = await insertKey(tx, secretKey, await loadRoot(tx, secretKey), publishAheadSeconds);
    await tx.query(
      `UPDATE accounts.signing_keys SET retired_at = now() + $2 * interval '1 second'
       WHERE retired_at IS NULL AND kid <> $1`,
      [kid, publishAheadSeconds + overlapSeconds],
    );
    return true;
  });
}

/**
 * Deletes every signing key and the root that issued their certificates, where they were encrypted under another secret
 * key, so that the next start makes new ones. Tokens that were signed by them are refused.
 *
 * @returns false where the secret key fits, and nothing was deleted
 */
export function resetSigningKeys(pool: pg.Pool, secretKey: Uint8Array): Promise<boolean> {
  return withTransaction(pool, async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [advisoryLockKey]);
    const { rows } = await tx.query<{ context: string; encrypted: Buffer }>(
      `SELECT $1 AS context, private_key_encrypted AS encrypted FROM accounts.signing_keys
       UNION ALL SELECT $2, private_key_encrypted FROM accounts.token_authority`,
      [encryptionContext, rootContext],
    );
    if (rows.every(({ context, encrypted }) => canDecrypt(secretKey, context, encrypted))) return false;
    await tx.query('TRUNCATE accounts.signing_keys, accounts.token_authority');
    return true;
  });
}

function canDecrypt(secretKey: Uint8Array, context: string, encrypted: Buffer): boolean {
  try {
    decryptSecret(secretKey, context, encrypted);
    return true;
  } catch {
    // It throws for no other reason than a key that does not fit.
    return false;
  }
}

/** The certificate of the root that issued those of all signing keys, PEM; undefined: there is no key yet. */
export async function readRootCertificate(q: Queryable): Promise<string | undefined> {
  const { rows } = await q.query<{ certificate: Buffer }>('SELECT certificate FROM accounts.token_authority');
  return rows[0] && new X509Certificate(rows[0].certificate).toString();
}

async function readSigningKey(q: Queryable, secretKey: Uint8Array): Promise<SigningKey | undefined> {
  const { rows } = await q.query<{ kid: string; encrypted: Buffer; certificate: Buffer }>(
    `SELECT kid, private_key_encrypted AS encrypted, certificate FROM accounts.signing_keys
     WHERE signs_from <= now() AND (retired_at IS NULL OR retired_at > now()) AND certificate IS NOT NULL
     ORDER BY signs_from DESC, kid LIMIT 1`,
  );
  const row = rows[0];
  if (!row) return undefined;
  return {
    kid: row.kid,
    privateKey: await importPKCS8(decrypt(secretKey, encryptionContext, row.encrypted), signingAlgorithm),
    certificates: [row.certificate.toString('base64')],
  };
}

function decrypt(secretKey: Uint8Array, context: string, encrypted: Buffer): string {
  try {
    return decryptSecret(secretKey, context, encrypted);
  } catch (error) {
    throw new Error(
      'the key that signs tokens cannot be decrypted: SECRET_KEY is not the one that this database was set up with; if that is lost: npm run reset-secret-key',
      { cause: error },
    );
  }
}

async function loadRoot(tx: Queryable, secretKey: Uint8Array): Promise<CertifiedKey> {
  const { rows } = await tx.query<{ certificate: Buffer; encrypted: Buffer }>(
    'SELECT certificate, private_key_encrypted AS encrypted FROM accounts.token_authority',
  );
  const row = rows[0];
  if (row) return { certificate: row.certificate, privateKeyPem: decrypt(secretKey, rootContext, row.encrypted) };
  const root = await createRootCertificate(generatePrivateKey().pem);
  await tx.query('INSERT INTO accounts.token_authority (certificate, private_key_encrypted) VALUES ($1, $2)', [
    root.certificate,
    encryptSecret(secretKey, rootContext, root.privateKeyPem),
  ]);
  return root;
}

async function insertKey(
  tx: Queryable,
  secretKey: Uint8Array,
  root: CertifiedKey,
  delaySeconds: number,
): Promise<string> {
  const { pem, publicKey } = generatePrivateKey();
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  await tx.query(
    `INSERT INTO accounts.signing_keys (kid, public_jwk, private_key_encrypted, certificate, signs_from)
     VALUES ($1, $2, $3, $4, now() + $5 * interval '1 second')`,
    [
      kid,
      JSON.stringify(publicJwk),
      encryptSecret(secretKey, encryptionContext, pem),
      await certifySigningKey(root, pem, kid),
      delaySeconds,
    ],
  );
  return kid;
}

function generatePrivateKey() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { publicKey, pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}
