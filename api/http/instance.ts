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

/** What a route needs that reads or changes something: `auditedChange` writes down who has done it, and from where. */
export interface ChangeDeps {
  readonly pool: pg.Pool;
  /** The address from which a request comes, also where NGINX passes it on. */
  readonly clientAddress: (request: IncomingMessage) => string;
  readonly wakeDispatcher: WakeUp;
}

/** What finds out who sends a request. */
export interface CallerDeps extends Pick<ChangeDeps, 'pool' | 'clientAddress'> {
  /** How clients reach this server, without a slash at the end. */
  readonly publicUrl: string;
  /** The certificate that a client has shown to NGINX; undefined: none. */
  readonly clientCertificate: (request: IncomingMessage) => ClientCertificate | undefined;
  /**
   * Checks a token for the API.
   *
   * @throws TokenRejectedError
   */
  readonly verifyToken: (token: string) => Promise<TokenClaims>;
  readonly signIn: SignIn;
  readonly sessions: Sessions;
}

/** What the routes of accounts need. */
export interface AccountDeps extends ChangeDeps, Pick<CallerDeps, 'publicUrl' | 'signIn' | 'sessions'> {
  /** Undefined: no OpenID provider is set up. */
  readonly oidc: OidcSignIn | undefined;
  /** Undefined: no directory is set up. */
  readonly ldap: LdapConfig | undefined;
}

/** What the routes of jobs need. */
export interface JobDeps extends ChangeDeps {
  readonly listener: Listener;
  readonly wakeSchedules: WakeUp;
  /** Aborts when the process stops: ends responses that would go on. */
  readonly stopping: AbortSignal;
}

/** What the routes of repositories need. */
export interface RepositoryDeps extends ChangeDeps, CallerDeps {
  /** Makes every process forget what it knows of repositories: after one was deleted, before the answer. */
  readonly forgetRepositories: () => Promise<void>;
  readonly deleteTag: DeleteTag;
  readonly deleteManifest: DeleteManifest;
  /**
   * Checks a token for the registry, which is good for next to nothing in the API.
   *
   * @throws TokenRejectedError
   */
  readonly verifyRegistryToken: (token: string) => Promise<TokenClaims>;
}

/** What the routes of events and webhooks need. */
export interface EventDeps extends ChangeDeps, Pick<CallerDeps, 'publicUrl'>, Pick<JobDeps, 'stopping'> {
  /** Reaches what users have named. */
  readonly outbound: OutboundClient;
}

/** What the routes of settings, and of how the installation is, need. */
export interface SettingsDeps extends ChangeDeps, Pick<CallerDeps, 'publicUrl'> {
  readonly wakeSettings: WakeUp;
  /** The folder of blobs and of the embedded servers. */
  readonly dataDir: string;
  /** What is wrong with the processes of the installation process; empty: nothing. */
  readonly problems: () => readonly string[];
  /** Where reports of the use go; undefined: nowhere. */
  readonly analyticsUrl: string | undefined;
}

/** What the pages beside the API need: the certificate of this server, and the Temporal UI. */
export interface PageDeps extends Pick<CallerDeps, 'publicUrl'> {
  /** PEM of the certificate with which NGINX speaks TLS; undefined: it does not. */
  readonly tlsCertFile: string | undefined;
  /** Where the Temporal UI of this machine listens; undefined: Temporal runs elsewhere. */
  readonly temporalUiUrl: string | undefined;
}

/** What all routes of the API need between them. */
export interface ApiDeps extends AccountDeps, JobDeps, RepositoryDeps, EventDeps, SettingsDeps, PageDeps {}

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
