import { Type } from 'typebox';
import { authenticateBasic } from '../http/authenticate.ts';
import { DomainError } from '../../errors/domain-error.ts';
import type { CallerDeps, ApiInstance } from '../http/instance.ts';
import { nameText } from '../http/names.ts';
import { oneOf } from '../http/schemas.ts';
import { answerOAuthError, answerTokenError } from './token-errors.ts';
import { maxScopes, parseScopes } from '../../accounts/tokens/scopes.ts';
import { createServices, type Service, type ServicesConfig } from '../../accounts/tokens/services.ts';
import type { SignedIn } from '../../accounts/sign-in/sign-in.ts';
import type { Signer } from '../../accounts/tokens/signer.ts';
import { createTokenGrants } from '../../accounts/tokens/token-grants.ts';
import type { TokenUsage } from '../../accounts/sign-in/token-usage.ts';

export interface TokenRouteDeps extends CallerDeps, ServicesConfig {
  readonly signer: Signer;
  readonly tokenUsage: TokenUsage;
}

const config = { access: 'anonymous' } as const;
const maxFormBytes = 65_536;
const text = (maxLength: number) => Type.Optional(Type.String({ maxLength }));
const scopes = Type.Optional(Type.Array(Type.String({ maxLength: 4096 }), { maxItems: maxScopes }));
const maxUserAgentLength = 255;
const tags = ['tokens'];

/** A token, and how long it holds (Docker registry documentation, "Token authentication", "OAuth 2.0"). */
const grantFields = {
  access_token: Type.String(),
  expires_in: Type.Integer({ description: 'In seconds' }),
  issued_at: Type.String({ format: 'date-time' }),
  scope: Type.String(),
  refresh_token: Type.Optional(Type.String()),
};
const TokenView = Type.Object({ token: Type.String(), ...grantFields }, { title: 'Token' });
const OAuthTokenView = Type.Object({ ...grantFields, token_type: oneOf(['Bearer']) }, { title: 'OAuthToken' });

/**
 * `/auth/token`, the Docker token service: by GET ("Token authentication specification" of CNCF distribution), and by
 * POST, as OAuth 2.0 has it ("Docker Registry v2 authentication using OAuth2" there).
 */
export function tokenRoutes(app: ApiInstance, deps: TokenRouteDeps): void {
  const findService = createServices(deps);
  const { grant, signInByRefreshToken } = createTokenGrants(deps);
  const userAgentOf = (header: string | undefined): string => (header ?? '').slice(0, maxUserAgentLength);

  app.get(
    '/auth/token',
    {
      config,
      errorHandler: answerTokenError,
      schema: {
        summary: 'Get a token for the registry or the API',
        tags,
        querystring: Type.Object({
          service: text(255),
          account: Type.Optional(nameText()),
          client_id: text(255),
          offline_token: text(16),
          realm: text(255),
          scope: scopes,
        }),
        response: { 200: TokenView },
      },
    },
    async (request, reply) => {
      const { query, headers } = request;
      const service = findService(query.service);
      const granted = await grant({
        service,
        scopes: parseScopes(query.scope ?? []),
        signedIn: await authenticateBasic(deps, request.raw),
        isOffline: query.offline_token === 'true',
        clientID: query.client_id ?? '',
        userAgent: userAgentOf(headers['user-agent']),
        address: deps.clientAddress(request.raw),
      });
      void reply.header('cache-control', 'no-store');
      return { token: granted.access_token, ...granted };
    },
  );

  async function signInByForm(
    form: Readonly<Partial<Record<'grant_type' | 'username' | 'password' | 'refresh_token', string>>>,
    service: Service,
    address: string,
  ): Promise<SignedIn> {
    if (form.grant_type === 'refresh_token') return signInByRefreshToken(requireField(form, 'refresh_token'), service);
    if (form.grant_type !== 'password') {
      throw new DomainError(
        'UNSUPPORTED_GRANT_TYPE',
        `grant_type "${form.grant_type ?? ''}" is not served: use password or refresh_token`,
      );
    }
    const credentials = { name: requireField(form, 'username'), secret: requireField(form, 'password'), address };
    const signedIn = await deps.signIn(credentials);
    if (!signedIn) throw new DomainError('NOT_AUTHENTICATED', 'user name or password is wrong');
    return signedIn;
  }

  // Forms are read here alone: elsewhere a page of another site could send them.
  void app.register(async (formApp: ApiInstance) => {
    formApp.removeAllContentTypeParsers();
    formApp.addContentTypeParser<string>(
      'application/x-www-form-urlencoded',
      { parseAs: 'string' },
      (_request, body, done) => done(null, readForm(body)),
    );
    formApp.post(
      '/auth/token',
      {
        config,
        bodyLimit: maxFormBytes,
        errorHandler: answerOAuthError,
        schema: {
          summary: 'Get a token by OAuth 2.0',
          tags,
          consumes: ['application/x-www-form-urlencoded'],
          body: Type.Object({
            grant_type: text(64),
            service: text(255),
            client_id: text(255),
            access_type: text(16),
            scope: scopes,
            username: Type.Optional(nameText()),
            password: text(4096),
            refresh_token: text(255),
          }),
          response: { 200: OAuthTokenView },
        },
      },
      async (request, reply) => {
        const { body, headers } = request;
        const address = deps.clientAddress(request.raw);
        const service = findService(body.service);
        const granted = await grant({
          service,
          scopes: parseScopes(body.scope ?? []),
          signedIn: await signInByForm(body, service, address),
          address,
          isOffline: body.grant_type === 'password' && body.access_type === 'offline',
          clientID: body.client_id ?? '',
          userAgent: userAgentOf(headers['user-agent']),
        });
        void reply.header('cache-control', 'no-store');
        return { ...granted, token_type: 'Bearer' as const };
      },
    );
  });
}

function requireField<Name extends string>(form: Readonly<Partial<Record<Name, string>>>, name: Name): string {
  const value = form[name];
  if (value === undefined || value === '') throw new DomainError('INVALID_PARAMETERS', `the form has no ${name}`);
  return value;
}

/** The fields of a form; of one that is there twice the last, but every scope. */
function readForm(body: string): Record<string, string | string[]> {
  const fields = new URLSearchParams(body);
  return { ...Object.fromEntries(fields), ...(fields.has('scope') && { scope: fields.getAll('scope') }) };
}
