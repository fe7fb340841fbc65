import type { IncomingMessage } from 'node:http';
import { createNginxProof } from '../registry/http/nginx-hand-over.ts';

/**
 * Makes the function that tells from which address a request comes: that of the connection, or, where NGINX in front has
 * proved itself, the one that NGINX names. A header that a client makes up is not believed.
 */
export function createClientAddress(nginxSecret: string | undefined): (request: IncomingMessage) => string {
  const isFromNginx = createNginxProof(nginxSecret);
  return (request) => {
    const forwarded = request.headers['x-forwarded-for'];
    if (typeof forwarded === 'string' && forwarded !== '' && isFromNginx(request)) return forwarded;
    return request.socket.remoteAddress ?? '';
  };
}
