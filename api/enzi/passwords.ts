import { createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { ApiError } from '../errors.ts';

const scryptAsync = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(
  scrypt,
);

// OWASP password storage: one of the settings of equal strength; 32 MiB and some 0.2 s.
const cost = { N: 2 ** 15, r: 8, p: 3 } as const;
const keyBytes = 32;

/** Hashes a password for storage: `scrypt$N$r$p$salt$key`, the last two in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/**
 * Checks a password against a stored hash, in the same time whether it is right or wrong.
 *
 * @param stored undefined where there is no such account: then it takes as long as if there were
 */
export async function verifyPassword(password: string, stored: string | undefined): Promise<boolean> {
  const proof = stored === undefined ? undefined : proofOf(password, stored);
  if (proof !== undefined && (verified.get(proof) ?? -Infinity) > performance.now()) return true;
  const [, N, r, p, salt = '', key = ''] = (stored ?? (await decoy())).split('$');
  const expected = Buffer.from(key, 'base64url');
  const actual = await derive(password, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) });
  const isRight = timingSafeEqual(actual, expected) && proof !== undefined;
  if (isRight) remember(proof);
  return isRight;
}

// A client that sends its password with every request must not pay for the hash with every request. What is kept is a
// keyed digest of a password that was right, never the password; it names the stored hash, so a change ends it.
const proofKey = randomBytes(32);
const verified = new Map<string, number>();
const rememberMs = 60_000;
const maxRemembered = 10_000;

function proofOf(password: string, stored: string): string {
  return createHmac('sha256', proofKey).update(`${stored}\0${password}`).digest('base64url');
}

function remember(proof: string): void {
  const oldest = verified.keys().next();
  if (verified.size >= maxRemembered && !oldest.done) verified.delete(oldest.value);
  verified.set(proof, performance.now() + rememberMs);
}

// One at a time in a process, of which there is one for each core: whoever tries passwords shall not take what pulls need.
const maxWaiting = 100;
let waiting = 0;
let last: Promise<unknown> = Promise.resolve();

/** @throws ApiError TOO_MANY_REQUESTS where so many wait that this one would wait for long */
async function derive(
  password: string,
  salt: Buffer,
  cost: { readonly N: number; readonly r: number; readonly p: number },
): Promise<Buffer> {
  if (waiting >= maxWaiting) {
    throw new ApiError('TOO_MANY_REQUESTS', 'too many passwords are being checked just now: try again', {
      retryAfterSeconds: 10,
    });
  }
  waiting++;
  const derived = last.then(() => compute(password, salt, cost)).finally(() => waiting--);
  last = derived.catch(() => undefined);
  return derived;
}

function compute(password: string, salt: Buffer, { N, r, p }: { N: number; r: number; p: number }): Promise<Buffer> {
  return scryptAsync(password.normalize('NFKC'), salt, keyBytes, { N, r, p, maxmem: 256 * N * r });
}

let decoyHash: Promise<string> | undefined;

function decoy(): Promise<string> {
  decoyHash ??= hashPassword(randomBytes(16).toString('hex'));
  return decoyHash;
}
