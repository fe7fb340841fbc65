import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type pg from 'pg';
import type { Listener } from '../../database/listener.ts';
import type { WakeUp } from '../../database/wake-up.ts';
import type { LdapConfig } from '../../config/load.ts';
import type { OutboundClient } from '../../outbound/client.ts';
import type { DeleteManifest } from '../../registry/manifests/delete-manifest.ts';
import type { DeleteTag } from '../../registry/manifests/delete-tag.ts';
import type { Account } from '../../accounts/accounts.ts';
import type { OidcSignIn } from '../../accounts/sign-in/oidc.ts';
import type { ActiveSession, Sessions } from '../../accounts/sign-in/sessions.ts';
import type { SignIn } from '../../accounts/sign-in/sign-in.ts';
import type { TokenClaims } from '../../accounts/tokens/tokens.ts';
import type { Place } from './request-pace.ts';

/** The certificate that a client has shown to NGINX: what it was verified to be, or why it is not believed. */
export type ClientCertificate =
  /** SHA-256 of the certificate, in hex. */
  { readonly fingerprint: string } | { readonly problem: string };

/** What the routes of the API need. */
export interface ApiDeps {
  readonly pool: pg.Pool;
  readonly listener: Listener;
  readonly wakeDispatcher: WakeUp;
  readonly wakeSchedules: WakeUp;
  readonly wakeSettings: WakeUp;
  /** How clients reach this server, without a slash at the end. */
  readonly publicUrl: string;
  /** The folder of blobs and of the embedded servers. */
  readonly dataDir: string;
  /** What is wrong with the processes of the installation process; empty: nothing. */
  readonly problems: () => readonly string[];
  /** Where reports of the use go; undefined: nowhere. */
  readonly analyticsUrl: string | undefined;
  /** Reaches what users have named. */
  readonly outbound: OutboundClient;
  /** Makes every process forget what it knows of repositories: after one was deleted, before the answer. */
  readonly forgetRepositories: () => Promise<void>;
  readonly deleteTag: DeleteTag;
  readonly deleteManifest: DeleteManifest;
  /** PEM of the certificate with which NGINX speaks TLS; undefined: it does not. */
  readonly tlsCertFile: string | undefined;
  /** Undefined: no directory is set up. */
  readonly ldap: LdapConfig | undefined;
  /**
   * Checks a token for the API.
   *
   * @throws TokenRejectedError
   */
  readonly verifyToken: (token: string) => Promise<TokenClaims>;
  /**
   * Checks a token for the registry, which is good for next to nothing in the API.
   *
   * @throws TokenRejectedError
   */
  readonly verifyRegistryToken: (token: string) => Promise<TokenClaims>;
  readonly signIn: SignIn;
  readonly sessions: Sessions;
  /** Undefined: no OpenID provider is set up. */
  readonly oidc: OidcSignIn | undefined;
  /** Where the Temporal UI of this machine listens; undefined: Temporal runs elsewhere. */
  readonly temporalUiUrl: string | undefined;
  /** The address from which a request comes, also where NGINX passes it on. */
  readonly clientAddress: (request: IncomingMessage) => string;
  /** The certificate that a client has shown to NGINX; undefined: none. */
  readonly clientCertificate: (request: IncomingMessage) => ClientCertificate | undefined;
  /** Aborts when the process stops: ends responses that would go on. */
  readonly stopping: AbortSignal;
}

/** The Fastify instance, with schemas as types. */
export type ApiInstance = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/**
 * Who may use a route. Every route names one; the access check and tests that walk all routes rely on it. `subject` is
 * whoever has signed in, robots too, which may besides use those that read or delete what is in a repository. Those from
 * `self` on are about what the path names: `:username`, `:organization`, `:team`, `:namespace`, or `:namespace/:reponame`.
 */
export type RouteAccess =
  | 'anonymous'
  | 'authenticated'
  | 'subject'
  | 'system-admin'
  | 'self'
  | 'organization-member'
  | 'organization-owner'
  | 'team-member'
  | 'namespace-member'
  | 'namespace-admin'
  | 'repository-read'
  | 'repository-delete'
  | 'repository-admin';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: RouteAccess;
    /** The code for an account that is not there, where it is not `NO_SUCH_ACCOUNT`. */
    noSuchAccount?: 'NO_SUCH_USER';
    /** Whether people open it in a browser, without a page of ours that has asked them for a password. */
    isPage?: boolean;
    /**
     * Whose requests are worked at by few at once (`request-pace.ts`). Default: those of the account, and none where the
     * route is anonymous.
     */
    pace?: 'account' | 'network' | 'none';
  }
  interface FastifyRequest {
    /** Who sent the request; null for nobody. */
    account: Account | null;
    /** The session of the browser that sent the request; null where the request is signed in another way, or not at all. */
    session: ActiveSession | null;
    /** What the request stands on, as tokens name it (`accounts.ended_generations`); null for nobody. */
    generations: readonly number[] | null;
    /** What it leaves once it is answered; null where it needs none, or has not got it yet. */
    place: Place | null;
    /** Whether its handler has begun. */
    isWorkedAt: boolean;
  }
}
