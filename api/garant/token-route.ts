import { Type } from 'typebox';
import type { ApiInstance, ApiDeps } from '../instance.ts';
import { authenticate } from '../authenticate.ts';
import { grantScopes } from '../policy/grant-scopes.ts';
import { parseScopes } from './scopes.ts';
import { issueToken, tokenLifeSeconds, type TokenClaims } from './tokens.ts';
import type { SigningKey } from './signing-keys.ts';

/** `GET /auth/token`: the Docker token service. Always a token, with only those of the asked actions that are granted. */
export function tokenRoutes(app: ApiInstance, deps: ApiDeps & { readonly signingKey: SigningKey }): void {
  app.get(
    '/auth/token',
    {
      config: { access: 'anonymous' },
      schema: {
        querystring: Type.Object({
          service: Type.Optional(Type.String({ maxLength: 255 })),
          account: Type.Optional(Type.String({ maxLength: 255 })),
          client_id: Type.Optional(Type.String({ maxLength: 255 })),
          offline_token: Type.Optional(Type.String({ maxLength: 16 })),
          realm: Type.Optional(Type.String({ maxLength: 255 })),
          scope: Type.Optional(Type.Array(Type.String({ maxLength: 4096 }), { maxItems: 100 })),
        }),
        response: {
          200: Type.Object({
            token: Type.String(),
            access_token: Type.String(),
            expires_in: Type.Integer(),
            issued_at: Type.String(),
          }),
        },
      },
    },
    async (request, reply) => {
      const account = await authenticate(deps, request.headers);
      const issuedAt = new Date();
      const claims: TokenClaims = {
        subject: account?.name ?? '',
        access: await grantScopes(deps.pool, account, parseScopes(request.query.scope ?? [])),
      };
      const token = await issueToken(deps.signingKey, claims, issuedAt);
      void reply.header('cache-control', 'no-store');
      return { token, access_token: token, expires_in: tokenLifeSeconds, issued_at: issuedAt.toISOString() };
    },
  );
}
