import { randomBytes } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import type { TestContext } from 'node:test';
import type pg from 'pg';
import { checkAccess } from '../../api/http/access.ts';
import { createApiApp } from '../../api/http/app.ts';
import { describeApi } from '../../api/http/openapi.ts';
import { createOidcSignIn } from '../../accounts/sign-in/oidc.ts';
import type { OidcProviderDeps } from '../../accounts/sign-in/oidc-provider.ts';
import { createSessions } from '../../accounts/sign-in/sessions.ts';
import { createDirectorySignIn } from '../../accounts/sign-in/directory-sign-in.ts';
import { keyRoutes } from '../../api/tokens/key-routes.ts';
import { followEndedTokens } from '../../accounts/tokens/ended-tokens.ts';
import { createKnownNetworks } from '../../accounts/sign-in/known-networks.ts';
import { createSignInEvents } from '../../accounts/sign-in/sign-in-events.ts';
import { createSignIn } from '../../accounts/sign-in/sign-in.ts';
import { createSigner } from '../../accounts/tokens/signer.ts';
import type { SigningKey } from '../../accounts/tokens/signing-keys.ts';
import { tokenRoutes } from '../../api/tokens/token-route.ts';
import { createTokenUsage } from '../../accounts/sign-in/token-usage.ts';
import { apiService, registryService, createTokenVerifier, issueToken } from '../../accounts/tokens/tokens.ts';
import { createVerificationKeys } from '../../accounts/tokens/verification-keys.ts';
import type { ApiDeps } from '../../api/http/instance.ts';
import type { LdapConfig, OidcConfig } from '../../config/load.ts';
import { createListener, type Listener } from '../../database/listener.ts';
import { createDirectory } from '../../accounts/directory/directory.ts';
import { createWakeUp, jobChannel } from '../../database/wake-up.ts';
import { createOutboundClient } from '../../outbound/client.ts';
import { createDeleteManifest } from '../../registry/manifests/delete-manifest.ts';
import { createDeleteTag } from '../../registry/manifests/delete-tag.ts';
import { createClientAddress } from '../../server/client-address.ts';
import { createClientCertificate } from '../../server/client-certificate.ts';
import { frontPage } from '../../server/front-page.ts';
import { healthRoutes } from '../../server/health.ts';
import { closeServer, serverFactory } from '../../server/http.ts';
import { createRequestPace, defaultRequestPace, type RequestPaceLimits } from '../../api/http/request-pace.ts';
import { apiRoutes } from '../../api/routes.ts';
import { createLogger } from '../../log/create-logger.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { checkAnswers } from './check-answers.ts';
import { quickPasswordHash } from '../support/password-hash.ts';
import { createTestDatabase } from '../support/postgres.ts';
import type { requestParts, Schema } from './schema-walk.ts';

export const password = 'correct horse battery';
const unhurried: Partial<RequestPaceLimits> = { changeBurst: 1_000_000 };
/** The services of the token protocol. */
export const services = { publicUrl: 'http://registry.example:8080', notaryService: 'notary' } as const;
/** What the NGINX in front proves itself with. */
export const nginxSecret = 's'.repeat(32);

export interface ApiResponse {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  /** The body, parsed; undefined where it is not JSON. */
  readonly json: unknown;
  /** `status CODE` of the first error, such as `404 NO_SUCH_JOB`; the status alone where there is none. */
  readonly outcome: string;
  /** The message of the first error, or empty. */
  readonly message: string;
}

export interface ApiRequest {
  /** Undefined: `admin`; null: nobody. */
  readonly as?: 'admin' | 'ada' | null;
  readonly headers?: http.OutgoingHttpHeaders;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is. */
  readonly rawBody?: string;
}

/** What `docker login` sends for `ada`: a sign-in that leaves a refresh token. */
export const dockerLogin: ApiRequest = {
  as: null,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  rawBody: new URLSearchParams({
    grant_type: 'password',
    access_type: 'offline',
    service: 'jobrunner',
    client_id: 'docker',
    username: 'ada',
    password,
  }).toString(),
};

export interface DeclaredRoute {
  readonly method: string;
  readonly url: string;
  readonly access: string | undefined;
  readonly pace: string | undefined;
  /** The schemas of what a request holds, by part. */
  readonly schema: Partial<Record<(typeof requestParts)[number], Schema>> | undefined;
  /** The schemas of its answers, by status. */
  readonly answers: Readonly<Record<string, unknown>>;
}

/** The API over a fresh database, on a port of its own. */
export interface TestApi {
  readonly port: number;
  readonly pool: pg.Pool;
  readonly signingKey: SigningKey;
  /** What secrets are encrypted under. */
  readonly secretKey: Uint8Array;
  /** Writes when tokens were used, which goes in batches. Once. */
  readonly flushTokenUsage: () => Promise<void>;
  /** Writes the events of sign-ins, which go in batches. Once. */
  readonly flushSignIns: () => Promise<void>;
  /** Every route, with the access that it declares. */
  readonly routes: readonly DeclaredRoute[];
  /** Names of the wake-ups that were sent. */
  readonly wakeUps: string[];
  /** The metrics, as Prometheus reads them. */
  readonly metrics: () => Promise<string>;
  /** The routes under which requests were measured. */
  readonly measuredRoutes: string[];
  readonly send: (method: string, path: string, request?: ApiRequest) => Promise<ApiResponse>;
  /** Calls whoever follows a log, as a worker does after it has written a line. */
  readonly wakeFollowers: () => void;
  /** How many follow a log just now. */
  readonly followers: () => number;
  /** Tells the process's long answers to end. */
  readonly stop: () => void;
}

export interface TestApiOptions {
  /** Whether webhooks may lead to private addresses, such as those of networks for documentation. Default: true. */
  readonly allowPrivate?: boolean;
  /** What `password` is stored as. Default: one that takes no time to check. */
  readonly passwordHash?: string;
  /** How long the refusal of a name takes. */
  readonly refusalMs?: number;
  readonly problems?: () => string[];
  readonly ldap?: LdapConfig;
  /** Whose disk alerts are about. */
  readonly dataDir?: string;
  readonly publicUrl?: string;
  /** Default: any. */
  readonly port?: number;
  readonly oidc?: OidcConfig & Pick<OidcProviderDeps, 'metadataRestMs'>;
  readonly idleLimitMs?: number;
  readonly limitMs?: number;
  readonly tlsCertFile?: string;
  /** In place of `defaultRequestPace`, each. Left out: changes have no pace, because tests of rules make thousands. */
  readonly pace?: Partial<RequestPaceLimits>;
}

/** Starts the API with the accounts `admin`, `ada` (no administrator), `gone` (inactive) and the organization `acme`. */
export async function startApi(
  t: TestContext,
  {
    allowPrivate = true,
    passwordHash = quickPasswordHash(password),
    refusalMs = 100,
    problems = () => [],
    dataDir = tmpdir(),
    publicUrl = services.publicUrl,
    oidc,
    ldap,
    ...options
  }: TestApiOptions = {},
): Promise<TestApi> {
  await using cleanUp = new AsyncDisposableStack();
  const { url, pool } = await createTestDatabase({ after: (work) => cleanUp.defer(work as () => Promise<void>) });
  await pool.query(
    `INSERT INTO accounts.accounts (name, is_admin, is_active, is_org, password_hash) VALUES
     ('admin', true, true, false, $1), ('ada', false, true, false, $1), ('gone', true, false, false, $1),
     ('acme', false, true, true, NULL)`,
    [passwordHash],
  );
  const databaseListener = createListener({
    connectionString: url,
    applicationName: 'test',
    onError: () => undefined,
  });
  cleanUp.defer(() => databaseListener.close());
  let followers = 0;
  const listener: Listener = {
    ...databaseListener,
    on: (channel, onNotify) => {
      const stopListening = databaseListener.on(channel, onNotify);
      followers++;
      return () => {
        stopListening();
        followers--;
      };
    },
  };

  const wakeUps: string[] = [];
  const measuredRoutes: string[] = [];
  const routes: DeclaredRoute[] = [];
  const stopping = new AbortController();
  const log = createLogger({ level: 'silent' });
  const secretKey = randomBytes(32);
  const signer = await createSigner({ pool, secretKey, maxKeyAgeMs: 3_600_000, log });
  cleanUp.defer(() => signer.close());
  const endedTokens = await followEndedTokens({ pool, listener: databaseListener, log });
  cleanUp.defer(() => endedTokens.close());
  const tokenUsage = createTokenUsage(pool, log);
  cleanUp.defer(() => tokenUsage.close());
  const signInEvents = createSignInEvents(pool, log);
  cleanUp.defer(() => signInEvents.close());
  const knownNetworks = createKnownNetworks(pool, log);
  cleanUp.defer(() => knownNetworks.close());
  const metrics = createMetrics(pool, 'test');
  const app = createApiApp({
    log,
    serverFactory: serverFactory({}),
    onRequestEnd: (request) => {
      measuredRoutes.push(request.route);
      metrics.observeRequest(request);
    },
  });
  app.addHook('onRoute', ({ method, url: routeUrl, config, schema }) => {
    for (const each of [method].flat()) {
      const declared = schema as DeclaredRoute['schema'];
      routes.push({
        method: each,
        url: routeUrl,
        access: config?.access,
        pace: config?.pace,
        schema: declared,
        answers: (schema?.response ?? {}) as DeclaredRoute['answers'],
      });
    }
  });
  const toProvider = createOutboundClient({ allowPrivate: true });
  cleanUp.defer(() => toProvider.close());
  const outbound = createOutboundClient({ allowPrivate, refusalMs });
  cleanUp.defer(() => outbound.close());
  const clientAddress = createClientAddress(nginxSecret);
  const byDirectory = ldap && createDirectorySignIn({ ...ldap, pool, directory: createDirectory(ldap), log });
  const wakeDispatcher = { send: () => wakeUps.push('dispatcher') };
  const deletion = {
    pool,
    wakeDispatcher,
    cache: { publish: async () => void wakeUps.push('caches') },
    host: new URL(services.publicUrl).host,
  };
  const verification = { findKey: createVerificationKeys(pool), hasEnded: endedTokens.hasEnded };
  const deps: ApiDeps = {
    pool,
    listener,
    wakeDispatcher,
    wakeSchedules: { send: () => wakeUps.push('schedules') },
    wakeSettings: { send: () => wakeUps.push('settings') },
    publicUrl,
    dataDir,
    problems,
    temporalUiUrl: undefined,
    analyticsUrl: 'https://analytics.example/reports',
    outbound,
    forgetRepositories: async () => void wakeUps.push('caches'),
    deleteTag: createDeleteTag(deletion),
    deleteManifest: createDeleteManifest(deletion),
    tlsCertFile: options.tlsCertFile,
    ldap,
    verifyToken: createTokenVerifier({ ...verification, audience: apiService }),
    verifyRegistryToken: createTokenVerifier({ ...verification, audience: registryService }),
    signIn: createSignIn({ pool, tokenUsage, signInEvents, knownNetworks, byDirectory }),
    sessions: createSessions({
      pool,
      publicUrl,
      idleLimitMs: 3_600_000,
      limitMs: 86_400_000,
      ...options,
    }),
    oidc: oidc && createOidcSignIn({ pool, outbound: toProvider, log, publicUrl, secretKey, signInEvents, ...oidc }),
    clientAddress,
    clientCertificate: createClientCertificate(nginxSecret),
    stopping: stopping.signal,
  };
  checkAccess(app, deps, createRequestPace({ ...defaultRequestPace, ...(options.pace ?? unhurried) }));
  await describeApi(app);
  checkAnswers(app);
  healthRoutes(app, { pool, problems });
  frontPage(app, deps);
  apiRoutes(app, deps);
  tokenRoutes(app, { ...deps, notaryService: services.notaryService, signer, tokenUsage });
  keyRoutes(app, deps);
  await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
  cleanUp.defer(async () => {
    await closeServer(app.server, 1_000);
    await app.close();
  });
  cleanUp.defer(() => stopping.abort());

  const { port } = app.server.address() as AddressInfo;
  const followerWakeUp = createWakeUp(pool, jobChannel, () => undefined);
  const resources = cleanUp.move();
  t.after(() => resources.disposeAsync());
  return {
    port,
    pool,
    signingKey: signer.key(),
    secretKey,
    flushTokenUsage: () => tokenUsage.close(),
    flushSignIns: () => signInEvents.close(),
    routes,
    wakeUps,
    measuredRoutes,
    metrics: async () => (await metrics.render([await metrics.snapshot()])).text,
    send: (method, path, request) => send(port, method, path, request),
    wakeFollowers: () => followerWakeUp.send(),
    followers: () => followers,
    stop: () => stopping.abort(),
  };
}

export function basic(name: string, secret = password): { readonly authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}` };
}

/** What the tokens of an account or robot stand on; nothing where there is none of this name. */
export async function findGenerations(pool: pg.Pool, name: string): Promise<number[]> {
  const { rows } = await pool.query<{ generation: number }>(
    `SELECT token_generation AS generation FROM accounts.accounts WHERE name = $1
     UNION ALL SELECT token_generation FROM accounts.robots WHERE name = $1`,
    [name],
  );
  return rows.map(({ generation }) => generation);
}

/** The header with a token for an account, for the API or another service. */
export async function bearer(
  { pool, signingKey }: TestApi,
  subject: string,
  now = new Date(),
  audience: string = apiService,
): Promise<{ readonly authorization: string }> {
  const generations = await findGenerations(pool, subject);
  const token = await issueToken(signingKey, { subject, access: [], generations }, { audience, now });
  return { authorization: `Bearer ${token}` };
}

function send(port: number, method: string, path: string, request: ApiRequest = {}): Promise<ApiResponse> {
  const { as = 'admin', headers, body } = request;
  const sent = request.rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const req = http.request(
      {
        port,
        host: '127.0.0.1',
        method,
        path,
        agent: false,
        headers: {
          ...(as !== null && basic(as)),
          ...(sent !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) }),
          ...headers,
        },
      },
      (res) => {
        res.setEncoding('utf8');
        let text = '';
        res.on('data', (chunk: string) => (text += chunk));
        res.on('error', reject);
        res.on('end', () => resolve(read(res, text)));
      },
    );
    req.on('error', reject);
    req.end(sent);
  });
}

function read(res: http.IncomingMessage, text: string): ApiResponse {
  const status = res.statusCode ?? 0;
  const isJson = res.headers['content-type']?.startsWith('application/json') ?? false;
  const json: unknown = isJson && text !== '' ? JSON.parse(text) : undefined;
  const [error] = (json as { errors?: { code: string; message: string }[] } | undefined)?.errors ?? [];
  const outcome = error ? `${status} ${error.code}` : String(status);
  return { status, headers: res.headers, text, json, outcome, message: error?.message ?? '' };
}
