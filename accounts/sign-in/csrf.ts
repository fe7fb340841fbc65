import { createHmac, timingSafeEqual } from 'node:crypto';
import { DomainError } from '../../errors/domain-error.ts';
import type { RequestHead, RequestHeaders } from './request-head.ts';

/**
 * The token that pages have to send with what changes something, in `X-CSRF-Token`. It is derived from the secret of the
 * session, which no page can read, and which it does not give away.
 */
export function csrfTokenOf(sessionToken: string): string {
  return createHmac('sha256', sessionToken).update('jobrunner csrf').digest('base64url');
}

// RFC 9110, section 9.2.1.
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Checks that a page of this server has sent a request that a browser has signed by itself, where it could change
 * something. Safe methods pass.
 *
 * @throws DomainError CROSS_SITE_REQUEST, INVALID_CSRF_TOKEN
 */
export function assertOwnPage(request: RequestHead, publicUrl: string, sessionToken: string): void {
  if (isSafe(request)) return;
  assertNotCrossSite(request, publicUrl);
  const given = Buffer.from(String(request.headers['x-csrf-token'] ?? ''));
  const expected = Buffer.from(csrfTokenOf(sessionToken));
  if (given.length === expected.length && timingSafeEqual(given, expected)) return;
  throw new DomainError(
    'INVALID_CSRF_TOKEN',
    'with the cookie of a session, X-CSRF-Token has to be the csrfToken of GET /enzi/v0/session',
  );
}

function isSafe({ method = '' }: RequestHead): boolean {
  return safeMethods.has(method);
}

/**
 * Checks that no page of another site has made a browser send a request that could change something. Clients other than browsers tell nothing of
 * where a request comes from, and pass.
 *
 * @throws DomainError CROSS_SITE_REQUEST
 */
export function assertNotCrossSite(request: RequestHead, publicUrl: string): void {
  if (isSafe(request)) return;
  const { headers } = request;
  const site = headers['sec-fetch-site'];
  const isForeign = site === 'cross-site' || site === 'same-site' || !isOwnOrigin(headers, publicUrl);
  if (isForeign) throw new DomainError('CROSS_SITE_REQUEST', 'a page of another site has sent this request');
}

/** A browser names the host that it asks in `Host`, and no page can change that; a proxy may, and then PUBLIC_URL holds. */
function isOwnOrigin({ origin, host }: RequestHeaders, publicUrl: string): boolean {
  if (origin === undefined || origin === new URL(publicUrl).origin) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
