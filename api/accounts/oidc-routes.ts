import { Type } from 'typebox';
import { DomainError } from '../../errors/domain-error.ts';
import type { AccountDeps, ApiInstance } from '../http/instance.ts';
import type { OidcSignIn } from '../../accounts/sign-in/oidc.ts';
import { NoBody } from '../http/schemas.ts';

const config = { access: 'anonymous' } as const;
const maxReturnToLength = 1_024;
const tags = ['sessions'];

/** `/enzi/v0/oidc`: a browser signs in through the OpenID provider, and gets a session. */
export function oidcRoutes(app: ApiInstance, { oidc, sessions, clientAddress }: AccountDeps): void {
  function requireOidc(): OidcSignIn {
    if (oidc) return oidc;
    throw new DomainError('OIDC_NOT_SET_UP', 'no OpenID provider is set up here (OIDC_ISSUER)');
  }

  app.get(
    '/enzi/v0/oidc/login',
    {
      config,
      exposeHeadRoute: false,
      schema: {
        summary: 'Send a browser to the OpenID provider to sign in',
        tags,
        querystring: Type.Object(
          { returnTo: Type.String({ maxLength: maxReturnToLength, default: '/' }) },
          { additionalProperties: false },
        ),
        response: { 302: NoBody },
      },
    },
    async ({ query, raw }, reply) => {
      const { location, setCookies } = await requireOidc().begin(raw, query.returnTo);
      void reply.headers({ 'set-cookie': [...setCookies], 'cache-control': 'no-store' });
      return reply.redirect(location);
    },
  );

  app.get(
    '/enzi/v0/oidc/callback',
    {
      config,
      exposeHeadRoute: false,
      schema: {
        summary: 'Begin the session of a browser that comes back from the OpenID provider',
        tags,
        response: { 302: NoBody },
      },
    },
    async ({ raw }, reply) => {
      const signIn = requireOidc();
      const address = clientAddress(raw);
      // Whatever comes of it: what has been begun is over.
      const clearCookie = signIn.clearCookie(raw);
      void reply.headers({ ...(clearCookie && { 'set-cookie': clearCookie }), 'cache-control': 'no-store' });
      const { account, location } = await signIn.finish(raw, address);
      const { setCookie } = await sessions.begin({ account, by: 'oidc', passwordHash: undefined }, raw, address);
      void reply.header('set-cookie', setCookie);
      return reply.redirect(location);
    },
  );
}
