import type { IncomingMessage } from 'node:http';
import { createNginxProof } from '../registry/http/nginx-hand-over.ts';

export interface PublicUrlOptions {
  /** How clients reach this server, without a slash at the end. */
  readonly publicUrl: string;
  /** Whether somebody has said so; otherwise it is a guess for clients of this machine. */
  readonly isPublicUrlSet: boolean;
  /** What an NGINX in front proves itself with. */
  readonly nginxSecret: string | undefined;
}

// RFC 9110 section 7.2: uri-host [":" port]; of the hosts of RFC 3986 section 3.2.2 those that are in use. It goes into
// quoted strings of headers.
const hostPattern = /^(?:[a-z0-9_](?:[a-z0-9_.-]{0,252}[a-z0-9_])?|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;

/**
 * Makes the function that tells how the client of a request reaches this server, without a slash at the end. Where
 * `PUBLIC_URL` is not set, that is the host of the request, by HTTPS where an NGINX in front that has proved itself says so:
 * the client named it, so it can lead nobody else astray. It must go into nothing that others read, such as events, caches
 * or mails.
 */
export function createPublicUrlOf(options: PublicUrlOptions): (request: IncomingMessage) => string {
  const { publicUrl, isPublicUrlSet, nginxSecret } = options;
  if (isPublicUrlSet) return () => publicUrl;
  const isFromNginx = createNginxProof(nginxSecret);
  return (request) => {
    const { host, 'x-forwarded-proto': forwardedScheme } = request.headers;
    if (host === undefined || !hostPattern.test(host)) return publicUrl;
    return `${forwardedScheme === 'https' && isFromNginx(request) ? 'https' : 'http'}://${host}`;
  };
}
