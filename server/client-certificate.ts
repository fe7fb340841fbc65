import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ClientCertificate } from '../api/http/instance.ts';
import { clientCertificateHeader, createNginxProof } from '../registry/http/nginx-hand-over.ts';

/**
 * Makes the function that tells which certificate the client of a request has shown, where NGINX in front has proved
 * itself. NGINX puts the certificate that it has verified into a header, or in its place why it does not believe it; a
 * header that a client makes up is not looked at. Undefined: none was shown.
 */
export function createClientCertificate(
  nginxSecret: string | undefined,
): (request: IncomingMessage) => ClientCertificate | undefined {
  const isFromNginx = createNginxProof(nginxSecret);
  return (request) => {
    const told = request.headers[clientCertificateHeader.toLowerCase()];
    if (typeof told !== 'string' || told === '' || !isFromNginx(request)) return undefined;
    // What cannot be read stays as it is, and is no certificate.
    const pem = told.startsWith('-----BEGIN%20CERTIFICATE-----') ? decodeURIComponent(told) : told;
    const base64 = /^-----BEGIN CERTIFICATE-----([\w+/=\s]+)-----END CERTIFICATE-----\s*$/.exec(pem)?.[1];
    if (base64 === undefined) return { problem: told.replace(/^FAILED:/, '') };
    return { fingerprint: createHash('sha256').update(Buffer.from(base64, 'base64')).digest('hex') };
  };
}
