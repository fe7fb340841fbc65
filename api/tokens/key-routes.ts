import { Type } from 'typebox';
import type { ApiInstance, ChangeDeps } from '../http/instance.ts';
import { listOf } from '../http/schemas.ts';
import { DomainError } from '../../errors/domain-error.ts';
import { readRootCertificate } from '../../accounts/tokens/signing-keys.ts';
import { readKeySet } from '../../accounts/tokens/verification-keys.ts';

const config = { access: 'anonymous' } as const;
// A new key is published a minute before it signs.
const cacheControl = 'public, max-age=30';

const tags = ['tokens'];

/** JSON Web Keys (RFC 7517, sections 4 and 5), of elliptic curves (RFC 7518, section 6.2). */
const KeySetView = Type.Object(
  {
    keys: listOf(
      Type.Object({
        kty: Type.String(),
        crv: Type.Optional(Type.String()),
        x: Type.Optional(Type.String()),
        y: Type.Optional(Type.String()),
        kid: Type.Optional(Type.String()),
        alg: Type.Optional(Type.String()),
        use: Type.Optional(Type.String()),
        x5c: Type.Optional(listOf(Type.String())),
      }),
    ),
  },
  { title: 'KeySet' },
);

/**
 * What others verify tokens with: `/auth/jwks`, a JSON Web Key Set (RFC 7517), and `/auth/root.pem`, the certificate
 * above all keys, which Notary and CNCF distribution take as `rootcertbundle`.
 */
export function keyRoutes(app: ApiInstance, { pool }: Pick<ChangeDeps, 'pool'>): void {
  app.get(
    '/auth/jwks',
    {
      config,
      schema: {
        summary: 'Show the keys by which tokens are verified',
        tags,
        response: { 200: { content: { 'application/jwk-set+json': { schema: KeySetView } } } },
      },
    },
    async (_request, reply) => {
      void reply.header('cache-control', cacheControl).type('application/jwk-set+json');
      return readKeySet(pool);
    },
  );

  app.get(
    '/auth/root.pem',
    {
      config,
      schema: {
        summary: 'Show the certificate above the keys by which tokens are verified',
        tags,
        response: { 200: { content: { 'application/x-pem-file': { schema: Type.String() } } } },
      },
    },
    async (_request, reply) => {
      const certificate = await readRootCertificate(pool);
      if (certificate === undefined) throw new DomainError('UNAVAILABLE', 'there is no signing key yet: try again');
      void reply.header('cache-control', cacheControl).type('application/x-pem-file');
      return certificate;
    },
  );
}
