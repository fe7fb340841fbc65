import type { ApiInstance, ChangeDeps } from '../http/instance.ts';
import { DomainError } from '../../errors/domain-error.ts';
import { readRootCertificate } from '../../accounts/tokens/signing-keys.ts';
import { readKeySet } from '../../accounts/tokens/verification-keys.ts';

const config = { access: 'anonymous' } as const;
// A new key is published a minute before it signs.
const cacheControl = 'public, max-age=30';

/**
 * What others verify tokens with: `/auth/jwks`, a JSON Web Key Set (RFC 7517), and `/auth/root.pem`, the certificate
 * above all keys, which Notary and CNCF distribution take as `rootcertbundle`.
 */
export function keyRoutes(app: ApiInstance, { pool }: Pick<ChangeDeps, 'pool'>): void {
  app.get('/auth/jwks', { config }, async (_request, reply) => {
    void reply.header('cache-control', cacheControl).type('application/jwk-set+json');
    return readKeySet(pool);
  });

  app.get('/auth/root.pem', { config }, async (_request, reply) => {
    const certificate = await readRootCertificate(pool);
    if (certificate === undefined) throw new DomainError('UNAVAILABLE', 'there is no signing key yet: try again');
    void reply.header('cache-control', cacheControl).type('application/x-pem-file');
    return certificate;
  });
}
