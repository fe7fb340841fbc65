import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { BlobStore } from '../store/blob-store.ts';
import { hasBody } from './request-body.ts';

/** The request header by which NGINX proves that it is the one in front; NGINX drops what a client sends under it. */
export const nginxSecretHeader = 'X-Jobrunner-Nginx';

/**
 * The request header in which NGINX passes on the client certificate that it has verified, PEM and URL-encoded, or why it
 * does not believe the one that it was shown; NGINX drops what a client sends under it.
 */
export const clientCertificateHeader = 'X-Jobrunner-Client-Certificate';

/** Internal locations of NGINX over the folder of the blob store: one that sends files whole, one that honours `Range`. */
export const nginxLocations = { whole: '/_nginx/whole/', range: '/_nginx/range/' } as const;

/**
 * Makes the check whether NGINX in front has passed a request on.
 *
 * @param nginxSecret what the secret header has to hold; undefined: nobody is in front
 */
export function createNginxProof(nginxSecret: string | undefined): (req: IncomingMessage) => boolean {
  if (nginxSecret === undefined) return () => false;
  const secret = Buffer.from(nginxSecret);
  return (req) => {
    const given = req.headers[nginxSecretHeader.toLowerCase()];
    if (typeof given !== 'string') return false;
    const bytes = Buffer.from(given);
    return bytes.length === secret.length && timingSafeEqual(bytes, secret);
  };
}

/** Gives the `X-Accel-Redirect` for an object, or undefined where this process has to send the bytes itself. */
export type HandOver = (req: IncomingMessage, storageKey: string, isWhole: boolean) => string | undefined;

/**
 * Decides which requests for blobs are handed over to NGINX (https://nginx.org/en/docs/http/ngx_http_proxy_module.html,
 * "X-Accel-Redirect"): those that NGINX itself passed on, where the store keeps objects as files.
 *
 * @param deps.nginxSecret what the secret header has to hold; undefined: nobody is in front
 */
export function createHandOver(deps: {
  readonly blobStore: BlobStore;
  readonly nginxSecret: string | undefined;
}): HandOver {
  const { blobStore, nginxSecret } = deps;
  if (nginxSecret === undefined || !blobStore.relativePath) return () => undefined;
  const isFromNginx = createNginxProof(nginxSecret);

  return (req, storageKey, isWhole) => {
    if (!isFromNginx(req)) return undefined;
    // NGINX would judge these by the file, whose entity tag it does not know when it does.
    if (req.headers['if-match'] !== undefined || req.headers['if-unmodified-since'] !== undefined) return undefined;
    // Where the file turns out to be gone, NGINX asks again, and it has no body to send a second time.
    if (hasBody(req)) return undefined;
    const path = blobStore.relativePath?.(storageKey);
    return path === undefined ? undefined : `${isWhole ? nginxLocations.whole : nginxLocations.range}${path}`;
  };
}
