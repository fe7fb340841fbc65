import { randomBytes, timingSafeEqual } from 'node:crypto';
import { deriveKey, type HashCost } from './password-hashing.ts';
import { createPasswordQueue, type Turn } from './password-queue.ts';
import { createSecretMemory } from './secret-memory.ts';

// OWASP password storage: one of the settings of equal strength; 32 MiB and some 0.2 s.
const cost = { N: 2 ** 15, r: 8, p: 3 } as const;
const keyBytes = 32;
// The digest names the stored hash, so a change of the password ends what is remembered.
const verified = createSecretMemory<true>();
// So many take some 10 s, and no client waits for longer.
const queue = createPasswordQueue(50);

/**
 * Hashes a password for storage: `scrypt$N$r$p$salt$key`, the last two in base64url. Whoever sets one has signed in, and
 * does not wait for strangers.
 *
 * @throws DomainError TOO_MANY_REQUESTS where too many passwords wait to be checked
 */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await queue.inTurn(
    () => derive(password, salt, cost),
    () => false,
    'known',
  );
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/**
 * Checks a password against a stored hash, in the same time whether it is right or wrong.
 *
 * @param stored undefined where there is no such account: then it takes as long as if there were
 * @param turn who asks, by which others wait or go first
 * @throws DomainError TOO_MANY_REQUESTS where too many passwords wait to be checked
 */
export async function verifyPassword(password: string, stored: string | undefined, turn?: Turn): Promise<boolean> {
  const proof = stored === undefined ? undefined : verified.digestOf(stored, password);
  const wasVerified = (): boolean => proof !== undefined && verified.recall(proof) === true;
  if (wasVerified()) return true;
  const [, N, r, p, salt = '', key = ''] = (stored ?? (await decoy())).split('$');
  const expected = Buffer.from(key, 'base64url');
  const isRight = await queue.inTurn(
    async () => {
      // Others who sent the same may have waited before.
      if (wasVerified()) return true;
      const stretch = { N: Number(N), r: Number(r), p: Number(p) };
      const actual = await derive(password, Buffer.from(salt, 'base64url'), stretch);
      return timingSafeEqual(actual, expected) && proof !== undefined;
    },
    (isRight) => !isRight,
    turn,
  );
  if (isRight && proof !== undefined) verified.remember(proof, true);
  return isRight;
}

function derive(password: string, salt: Buffer, cost: HashCost): Promise<Buffer> {
  return deriveKey(password.normalize('NFKC'), salt, keyBytes, cost);
}

let decoyHash: Promise<string> | undefined;

function decoy(): Promise<string> {
  decoyHash ??= hashPassword(randomBytes(16).toString('hex')).catch((error: unknown) => {
    decoyHash = undefined;
    throw error;
  });
  return decoyHash;
}
