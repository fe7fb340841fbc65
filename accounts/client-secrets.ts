import { createHash, randomBytes } from 'node:crypto';

// The prefix tells people and scanners of secrets what they have found, and us that it is no password.
const accessTokenPattern = /^jrat_[\w-]{43}$/;

/** Whether a secret has the form of an access token. A password must not. */
export function isAccessToken(secret: string): boolean {
  return accessTokenPattern.test(secret);
}

/** The form in which a token is stored and looked up. Its 256 bits are random, so a fast hash is as good as a slow one. */
export function hashClientToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Makes up an access token (`jrat`), a refresh token (`jrrt`) or the secret of a robot (`jrrs`). */
export function makeClientToken(prefix: 'jrat' | 'jrrt' | 'jrrs'): string {
  return `${prefix}_${randomBytes(32).toString('base64url')}`;
}
