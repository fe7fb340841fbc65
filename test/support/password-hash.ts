import { randomBytes, scryptSync } from 'node:crypto';

// The least that Node takes memory for: real passwords cost a thousand times as much.
const cost = { N: 16, r: 8, p: 1 } as const;

/**
 * A password as the database has it (`accounts/sign-in/passwords.ts`), which takes no time to make or to check, for a
 * stored password names its own cost. For tests that are about something else.
 */
export function quickPasswordHash(password: string): string {
  const salt = randomBytes(16);
  const key = scryptSync(password.normalize('NFKC'), salt, 32, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$');
}
