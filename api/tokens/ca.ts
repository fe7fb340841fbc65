import { readFile } from 'node:fs/promises';
import { DomainError } from '../../errors/domain-error.ts';
import type { PageDeps, ApiInstance } from '../http/instance.ts';

/**
 * `/ca`: the certificate that Docker engines and other clients have to trust (as `ca.crt` of an engine's folder for this
 * registry), where it is not one of those that everybody trusts: the last of the chain that NGINX shows.
 */
export function caRoutes(app: ApiInstance, { tlsCertFile }: Pick<PageDeps, 'tlsCertFile'>): void {
  app.get('/ca', { config: { access: 'anonymous' } }, async (_request, reply) => {
    if (tlsCertFile === undefined) {
      throw new DomainError(
        'NO_SUCH_CERTIFICATE',
        'this server speaks no TLS itself: TLS_CERT_FILE names no certificate',
      );
    }
    const pem = await readFile(tlsCertFile, 'utf8');
    const certificate = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)?.at(-1);
    if (certificate === undefined) {
      throw new DomainError('NO_SUCH_CERTIFICATE', 'the file that TLS_CERT_FILE names has no certificate');
    }
    return reply.type('application/x-pem-file').send(`${certificate}\n`);
  });
}
