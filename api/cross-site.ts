import type { IncomingMessage } from 'node:http';

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether a browser sends a request that changes something for a page of another site ("Fetch Metadata Request Headers",
 * section 2.4; where a browser does not send that, `Origin`). Programs send neither.
 *
 * @param publicUrl how clients reach this server
 */
export function isCrossSite({ method = '', headers }: IncomingMessage, publicUrl: string): boolean {
  if (safeMethods.has(method)) return false;
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  return headers.origin !== undefined && headers.origin !== new URL(publicUrl).origin;
}
