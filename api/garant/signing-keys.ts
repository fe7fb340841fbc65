import {
  calculateJwkThumbprint,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  importJWK,
  importPKCS8,
  type CryptoKey,
  type JWK,
} from 'jose';
import type pg from 'pg';
import { decryptSecret, encryptSecret } from '../../database/encryption.ts';

export const signingAlgorithm = 'ES256';
const encryptionContext = 'accounts.signing_keys';

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
}

/**
 * Loads the key that signs tokens; makes it where there is none. Processes that do so at once agree on the oldest.
 *
 * @param secretKey 32 bytes
 * @throws Error where the stored key was encrypted under another secret key
 */
export async function loadSigningKey(pool: pg.Pool, secretKey: Uint8Array): Promise<SigningKey> {
  const known = await readSigningKey(pool, secretKey);
  if (known) return known;
  const { publicKey, privateKey } = await generateKeyPair(signingAlgorithm, { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const encrypted = encryptSecret(secretKey, encryptionContext, await exportPKCS8(privateKey));
  await pool.query('INSERT INTO accounts.signing_keys (kid, public_jwk, private_key_encrypted) VALUES ($1, $2, $3)', [
    await calculateJwkThumbprint(publicJwk),
    JSON.stringify(publicJwk),
    encrypted,
  ]);
  const made = await readSigningKey(pool, secretKey);
  if (!made) throw new Error('the signing key that was just made is not there');
  return made;
}

async function readSigningKey(pool: pg.Pool, secretKey: Uint8Array): Promise<SigningKey | undefined> {
  const { rows } = await pool.query<{ kid: string; encrypted: Buffer }>(
    `SELECT kid, private_key_encrypted AS encrypted FROM accounts.signing_keys
     WHERE retired_at IS NULL ORDER BY created_at, kid LIMIT 1`,
  );
  const row = rows[0];
  if (!row) return undefined;
  try {
    const pem = decryptSecret(secretKey, encryptionContext, row.encrypted);
    return { kid: row.kid, privateKey: await importPKCS8(pem, signingAlgorithm) };
  } catch (error) {
    throw new Error(
      'the key that signs tokens cannot be decrypted: SECRET_KEY is not the one that this database was set up with',
      { cause: error },
    );
  }
}

const reloadIntervalMs = 5_000;

/** Finds the public keys by which tokens are verified. They are read from the database when an unknown one turns up. */
export function createVerificationKeys(pool: pg.Pool): (kid: string) => Promise<CryptoKey | undefined> {
  let keys = new Map<string, CryptoKey>();
  let loadedAtMs = -Infinity;
  let loading: Promise<void> | undefined;

  async function load(): Promise<void> {
    try {
      keys = await readVerificationKeys(pool);
    } catch (error) {
      loadedAtMs = -Infinity;
      throw error;
    }
  }

  return async (kid) => {
    const known = keys.get(kid);
    if (known) return known;
    // Tokens with made-up key ids must not turn into queries.
    if (performance.now() - loadedAtMs >= reloadIntervalMs) {
      loadedAtMs = performance.now();
      loading = load();
    }
    // Requests that come while the keys are being read wait for them.
    await loading;
    return keys.get(kid);
  };
}

async function readVerificationKeys(pool: pg.Pool): Promise<Map<string, CryptoKey>> {
  const { rows } = await pool.query<{ kid: string; jwk: JWK }>(
    'SELECT kid, public_jwk AS jwk FROM accounts.signing_keys WHERE retired_at IS NULL',
  );
  const entries = rows.map(async ({ kid, jwk }) => [kid, await importJWK(jwk, signingAlgorithm)] as const);
  return new Map((await Promise.all(entries)) as [string, CryptoKey][]);
}
