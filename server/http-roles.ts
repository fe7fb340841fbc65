import { checkAccess } from '../api/access.ts';
import { createApiApp } from '../api/app.ts';
import { followRefusedSubjects } from '../api/garant/refused-subjects.ts';
import { keyRoutes } from '../api/garant/key-routes.ts';
import { createSignIn } from '../api/garant/sign-in.ts';
import { createSigner } from '../api/garant/signer.ts';
import { tokenRoutes } from '../api/garant/token-route.ts';
import { createTokenUsage } from '../api/garant/token-usage.ts';
import { createTokenVerifier, TokenRejectedError, tokenService } from '../api/garant/tokens.ts';
import { createVerificationKeys } from '../api/garant/verification-keys.ts';
import { accountRoutes } from '../api/enzi/account-routes.ts';
import { memberRoutes } from '../api/enzi/member-routes.ts';
import { teamRoutes } from '../api/enzi/team-routes.ts';
import type { ApiDeps, ApiInstance } from '../api/instance.ts';
import { mayCreateRepositories, readableRepositories } from '../api/policy/access.ts';
import { apiTokenRoutes } from '../api/routes/api-tokens.ts';
import { actionConfigRoutes } from '../api/routes/action-configs.ts';
import { actionRoutes } from '../api/routes/actions.ts';
import { cronRoutes } from '../api/routes/crons.ts';
import { jobLeverRoutes } from '../api/routes/job-levers.ts';
import { jobRoutes } from '../api/routes/jobs.ts';
import { repositoryRoutes } from '../api/routes/repositories.ts';
import { teamAccessRoutes } from '../api/routes/team-access.ts';
import { webhookRoutes } from '../api/routes/webhooks.ts';
import type { Config } from '../config/load.ts';
import { createWakeUp, cronChannel } from '../jobs/wake-up.ts';
import { createAddressGuard } from '../outbound/address-guard.ts';
import { InvalidTokenError } from '../registry/access.ts';
import { createRegistry, type RegistryDeps } from '../registry/registry.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import type { MetricsSnapshot } from '../telemetry/snapshot.ts';
import { createClientAddress } from './client-address.ts';
import { healthRoutes } from './health.ts';
import { closeServer, serverFactory } from './http.ts';
import { toListenError } from './listen-error.ts';
import type { Resources } from './resources.ts';
import type { Role } from './roles.ts';

/** What of the configuration serving HTTP needs. */
export type HttpConfig = Pick<
  Config,
  | 'dataDir'
  | 's3'
  | 'maxUploadBytes'
  | 'host'
  | 'port'
  | 'publicUrl'
  | 'nginxSecret'
  | 'acceptsSparseManifests'
  | 'createRepositoryOnPush'
  | 'outboundAllowPrivate'
  | 'signingKeyAgeMs'
  | 'notaryService'
  | 'shutdownGraceMs'
  | 'logLevel'
> & { readonly databaseUrl: string; readonly secretKey: Uint8Array };

export interface HttpRolesDeps {
  readonly config: HttpConfig;
  readonly roles: ReadonlySet<Role>;
  readonly resources: Resources;
  readonly log: Logger;
  /** What this process is called in metrics. */
  readonly processName: string;
  /** What is wrong with other parts of the installation process; empty: nothing. */
  readonly problems: () => readonly string[];
  /** Takes the metrics of every process. */
  readonly collect: (own: Metrics) => Promise<readonly MetricsSnapshot[]>;
}

/** The HTTP server of this process. */
export interface HttpRoles {
  /** The port that it listens on. */
  readonly port: number;
  readonly metrics: Metrics;
  /** Is unready at once, takes no more connections, and lets requests end, for as long as the configuration grants. */
  close(): Promise<void>;
}

/**
 * Serves health, metrics, and the HTTP roles among `roles`, on one port.
 *
 * @throws ListenError, or an error where the signing key of tokens cannot be read
 */
export async function startHttpRoles(deps: HttpRolesDeps): Promise<HttpRoles> {
  const { config, roles, resources, log } = deps;
  const { pool, listener, wakeDispatcher } = resources;
  await using cleanUp = new AsyncDisposableStack();
  const refusedSubjects = await followRefusedSubjects({ pool, listener, log });
  cleanUp.defer(() => refusedSubjects.close());
  const verifyToken = createTokenVerifier({
    findKey: createVerificationKeys(pool),
    isRefused: refusedSubjects.isRefused,
  });
  const tokenUsage = createTokenUsage(pool, log);
  cleanUp.defer(() => tokenUsage.close());
  const metrics = createMetrics(pool, deps.processName);
  const stopping = new AbortController();

  const registry = roles.has('registry')
    ? createRegistry({
        pool,
        blobStore: resources.blobStore,
        cache: resources.cache,
        maxUploadBytes: config.maxUploadBytes,
        wakeDispatcher,
        publicUrl: config.publicUrl,
        nginxSecret: config.nginxSecret,
        service: tokenService,
        verifyToken: forRegistry(verifyToken),
        findReadable: (subject) => readableRepositories(pool, subject),
        creation: {
          isOn: config.createRepositoryOnPush,
          isAllowed: (subject, namespace) => mayCreateRepositories(pool, subject, namespace),
        },
        acceptsSparse: config.acceptsSparseManifests,
        log,
        onRequestEnd: metrics.observeRequest,
      })
    : undefined;
  if (registry) cleanUp.defer(() => registry.close());

  const app = createApiApp({
    log,
    serverFactory: serverFactory(registry?.handle),
    onRequestEnd: metrics.observeRequest,
  });
  const api: ApiDeps = {
    pool,
    listener,
    wakeDispatcher,
    wakeSchedules: createWakeUp(pool, cronChannel, resources.onWakeUpError),
    outboundGuard: createAddressGuard({ allowPrivate: config.outboundAllowPrivate }),
    forgetRepositories: () => resources.cache.publish(undefined),
    verifyToken,
    signIn: createSignIn({ pool, tokenUsage }),
    clientAddress: createClientAddress(config.nginxSecret),
    stopping: stopping.signal,
  };
  checkAccess(app, api);
  healthRoutes(app, {
    pool,
    renderMetrics: async () => metrics.render(await deps.collect(metrics)),
    problems: () => [...(stopping.signal.aborted ? ['stopping'] : []), ...deps.problems()],
  });
  if (roles.has('api')) apiRoutes(app, api);
  if (roles.has('garant')) {
    const signer = await createSigner({ pool, secretKey: config.secretKey, maxKeyAgeMs: config.signingKeyAgeMs, log });
    cleanUp.defer(() => signer.close());
    tokenRoutes(app, { ...api, ...config, signer, tokenUsage });
    keyRoutes(app, api);
  }
  const { host, port } = config;
  await app.listen({ host, port }).catch((error: Error) => {
    throw toListenError(error, { host, port });
  });
  cleanUp.defer(async () => {
    await closeServer(app.server, config.shutdownGraceMs);
    await app.close();
  });
  cleanUp.defer(() => stopping.abort());

  const address = app.server.address();
  const opened = cleanUp.move();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    metrics,
    close: () => opened.disposeAsync(),
  };
}

/** Every route of `/api/v0` and `/enzi/v0`. */
export function apiRoutes(app: ApiInstance, deps: ApiDeps): void {
  actionRoutes(app);
  actionConfigRoutes(app, deps);
  jobRoutes(app, deps);
  jobLeverRoutes(app, deps);
  cronRoutes(app, deps);
  webhookRoutes(app, deps);
  repositoryRoutes(app, deps);
  apiTokenRoutes(app, deps);
  teamAccessRoutes(app, deps);
  accountRoutes(app, deps);
  memberRoutes(app, deps);
  teamRoutes(app, deps);
}

/** The registry has its own word for a token that is not valid. */
function forRegistry(verify: ApiDeps['verifyToken']): RegistryDeps['verifyToken'] {
  return async (token) => {
    try {
      return await verify(token);
    } catch (error) {
      if (!(error instanceof TokenRejectedError)) throw error;
      throw new InvalidTokenError(error.message, { cause: error });
    }
  };
}
