import type pg from 'pg';
import { DomainError } from '../../errors/domain-error.ts';
import { withTransaction } from '../../database/transaction.ts';
import { recordAudit } from '../../events/audit.ts';
import { findRefreshTokenOwner, insertRefreshToken } from '../sign-in/client-tokens.ts';
import { hashClientToken } from '../client-secrets.ts';
import { grantScopes } from '../policy/grant-scopes.ts';
import type { Scope } from './scopes.ts';
import type { Service } from './services.ts';
import { generationsOf, type SignedIn } from '../sign-in/sign-in.ts';
import type { Signer } from './signer.ts';
import type { TokenUsage } from '../sign-in/token-usage.ts';
import { issueToken, tokenLifeSeconds } from './tokens.ts';

/** Who asks for a token, and for what. */
export interface TokenRequest {
  readonly service: Service;
  /** Undefined: nobody has signed in. */
  readonly signedIn: SignedIn | undefined;
  readonly scopes: readonly Scope[];
  /** Whether a refresh token is asked for as well. */
  readonly isOffline: boolean;
  readonly clientID: string;
  readonly userAgent: string;
  /** Of the client. */
  readonly address: string;
}

/** What the token service answers (Docker registry documentation, "Token authentication", "OAuth 2.0"). */
export interface TokenGrant {
  readonly access_token: string;
  readonly expires_in: number;
  readonly issued_at: string;
  readonly scope: string;
  readonly refresh_token?: string;
}

export interface TokenGrantsDeps {
  readonly pool: pg.Pool;
  readonly signer: Signer;
  readonly tokenUsage: TokenUsage;
}

/** Makes tokens. */
export interface TokenGrants {
  /**
   * Always a token, with only those of the asked actions that are granted; a refresh token for users alone, and none for
   * the API, where it would be a password that nobody has set.
   *
   * @throws DomainError NOT_AUTHENTICATED or INVALID_PARAMETERS where a token for the API is asked for by nobody, or with
   *   scopes, which it would not keep to
   */
  readonly grant: (request: TokenRequest) => Promise<TokenGrant>;
  /**
   * Whoever has a refresh token.
   *
   * @throws DomainError NOT_AUTHENTICATED
   */
  readonly signInByRefreshToken: (token: string, service: Service) => Promise<SignedIn>;
}

/** Makes the token service, below its routes. */
export function createTokenGrants({ pool, signer, tokenUsage }: TokenGrantsDeps): TokenGrants {
  async function makeRefreshToken(
    { service, clientID, userAgent, address }: TokenRequest,
    { account: { id, name }, accessTokenHash }: SignedIn,
  ): Promise<string> {
    const binding = { accountID: id, accessTokenHash, service: service.audience, clientID, creatorUa: userAgent };
    return withTransaction(pool, async (tx) => {
      const token = await insertRefreshToken(tx, binding);
      await recordAudit(tx, {
        kind: 'API_TOKEN_CREATE',
        actor: { id, name, type: 'user', address },
        object: { id: hashClientToken(token), name: clientID },
        namespace: name,
        details: { owner: name, generatedBy: 'auto', isActive: true },
      });
      return token;
    });
  }

  return {
    grant: async (request) => {
      const { service, signedIn, scopes, isOffline } = request;
      if (service.isApi) assertApiToken(request);
      const issuedAt = new Date();
      const access = await grantScopes(pool, signedIn?.account, scopes, service.repositoryName);
      const generations = signedIn ? generationsOf(signedIn) : [];
      const claims = { subject: signedIn?.account.name ?? '', access, generations };
      const lifeSeconds = lifeOf(signedIn, issuedAt);
      const token = await issueToken(signer.key(), claims, {
        audience: service.audience,
        now: issuedAt,
        lifeSeconds,
      });
      return {
        access_token: token,
        expires_in: lifeSeconds,
        issued_at: issuedAt.toISOString(),
        scope: access.map(({ type, name, actions }) => `${type}:${name}:${actions.join(',')}`).join(' '),
        // What a robot or a certificate signs in with, its client keeps; a refresh token would outlive it.
        ...(isOffline &&
          !service.isApi &&
          signedIn &&
          !signedIn.account.robot &&
          !signedIn.isByCertificate && { refresh_token: await makeRefreshToken(request, signedIn) }),
      };
    },
    signInByRefreshToken: async (token, service) => {
      const owner = await findRefreshTokenOwner(pool, token, service.audience);
      if (!owner) {
        throw new DomainError(
          'NOT_AUTHENTICATED',
          'the refresh token is not valid (any more): sign in again with name and password',
        );
      }
      tokenUsage.record(hashClientToken(token));
      return { account: owner.account, credentialGenerations: owner.generations };
    },
  };
}

function assertApiToken({ signedIn, scopes }: TokenRequest): void {
  if (!signedIn) {
    throw new DomainError('NOT_AUTHENTICATED', 'a token for the API needs credentials: send Authorization: Basic');
  }
  if (scopes.length > 0) {
    throw new DomainError(
      'INVALID_PARAMETERS',
      'a token for the API may do all that its account may: leave scope out, or ask for one for the registry',
    );
  }
}

/** How long a token may live: not longer than the robot that it is for. */
function lifeOf(signedIn: SignedIn | undefined, issuedAt: Date): number {
  const expiresAt = signedIn?.account.robot?.expiresAt ?? null;
  if (expiresAt === null) return tokenLifeSeconds;
  const leftSeconds = Math.floor((expiresAt.getTime() - issuedAt.getTime()) / 1_000);
  return Math.max(0, Math.min(tokenLifeSeconds, leftSeconds));
}
