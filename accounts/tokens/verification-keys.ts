import { importJWK, type CryptoKey, type JWK } from 'jose';
import type { Queryable } from '../../database/pool.ts';
import { signingAlgorithm } from './signing-keys.ts';

/** A key, with the field that each has (RFC 7517, section 4.1). */
type PublicKey = JWK & { readonly kty: string };

interface PublicKeyRow {
  readonly kid: string;
  readonly jwk: PublicKey;
  readonly certificate: Buffer | null;
}

const select = `SELECT kid, public_jwk AS jwk, certificate FROM accounts.signing_keys
  WHERE retired_at IS NULL OR retired_at > now() ORDER BY signs_from DESC, kid`;

/** The keys by which tokens are verified, the next one included, as a JSON Web Key Set (RFC 7517, section 5). */
export async function readKeySet(q: Queryable): Promise<{ readonly keys: readonly PublicKey[] }> {
  const { rows } = await q.query<PublicKeyRow>(select);
  const keys = rows.map(({ kid, jwk: { kty, crv, x, y }, certificate }) => ({
    kty,
    crv,
    x,
    y,
    kid,
    alg: signingAlgorithm,
    use: 'sig',
    ...(certificate && { x5c: [certificate.toString('base64')] }),
  }));
  return { keys: keys as PublicKey[] };
}

// New keys are published a minute before they sign, and a retired one must not be believed for long.
const maxAgeMs = 30_000;
// Tokens with made-up key ids must not turn into queries.
const reloadIntervalMs = 5_000;

/**
 * Finds the public keys by which tokens are verified. They are read from the database when an unknown one turns up, and
 * again in the background while they are in use.
 */
export function createVerificationKeys(q: Queryable): (kid: string) => Promise<CryptoKey | undefined> {
  let keys = new Map<string, CryptoKey>();
  let loadedAtMs = -Infinity;
  let loading: Promise<void> | undefined;

  async function load(): Promise<void> {
    try {
      keys = await readVerificationKeys(q);
    } catch (error) {
      loadedAtMs = -Infinity;
      throw error;
    }
  }

  function reloadWhenOlderThan(ageMs: number): void {
    if (performance.now() - loadedAtMs < ageMs) return;
    loadedAtMs = performance.now();
    loading = load();
    // Who waits for it hears of a failure; the others go on with the keys that they have.
    loading.catch(() => undefined);
  }

  return async (kid) => {
    reloadWhenOlderThan(maxAgeMs);
    const known = keys.get(kid);
    if (known) return known;
    reloadWhenOlderThan(reloadIntervalMs);
    // Requests that come while the keys are being read wait for them.
    await loading;
    return keys.get(kid);
  };
}

async function readVerificationKeys(q: Queryable): Promise<Map<string, CryptoKey>> {
  const { rows } = await q.query<PublicKeyRow>(select);
  const entries = rows.map(async ({ kid, jwk }) => [kid, await importJWK(jwk, signingAlgorithm)] as const);
  return new Map((await Promise.all(entries)) as [string, CryptoKey][]);
}
