import { checkAccess } from '../api/http/access.ts';
import { createApiApp } from '../api/http/app.ts';
import { describeApi } from '../api/http/openapi.ts';
import { startSessionCleanup } from '../accounts/tokens/session-cleanup.ts';
import { keyRoutes } from '../api/tokens/key-routes.ts';
import { createSigner } from '../accounts/tokens/signer.ts';
import { tokenRoutes } from '../api/tokens/token-route.ts';
import { registryService } from '../accounts/tokens/tokens.ts';
import { mayCreateRepositories, readableRepositories } from '../accounts/policy/access.ts';
import { apiRoutes } from '../api/routes.ts';
import { followSettings } from '../settings/settings.ts';
import { createNginxProof } from '../registry/http/nginx-hand-over.ts';
import { createRegistry, type Registry } from '../registry/http/registry.ts';
import type { ProcessLogger } from '../log/create-logger.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import type { MetricsSnapshot } from '../telemetry/snapshot.ts';
import { type OpenedApiDeps, openApiDeps } from './api-deps.ts';
import { frontPage } from './front-page.ts';
import { healthRoutes } from './health.ts';
import type { HttpConfig } from './http-config.ts';
import { connectionsFor } from './http-limits.ts';
import { closeServer, serverFactory } from './http.ts';
import { toListenError } from './listen-error.ts';
import { startMetricsServer } from './metrics-server.ts';
import { maxOpenFiles } from './open-files.ts';
import { createPublicUrlOf } from './public-url.ts';
import { createRegistryAuthentication } from './registry-authentication.ts';
import type { Resources } from './resources.ts';
import type { Role } from './roles.ts';

export interface HttpRolesDeps {
  readonly config: HttpConfig;
  readonly roles: ReadonlySet<Role>;
  readonly resources: Resources;
  readonly log: ProcessLogger;
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
  /** The one on which metrics are served; undefined: nowhere. */
  readonly metricsPort: number | undefined;
  readonly metrics: Metrics;
  /** Is unready at once, takes no more connections, and lets requests end, for as long as the configuration grants. */
  close(): Promise<void>;
}

/**
 * Serves health and the HTTP roles among `roles` on one port, and metrics on another, where that is configured.
 *
 * @throws ListenError, or an error where the signing key of tokens cannot be read
 */
export async function startHttpRoles(deps: HttpRolesDeps): Promise<HttpRoles> {
  const { config, roles, resources, log } = deps;
  const { pool } = resources;
  await using cleanUp = new AsyncDisposableStack();
  const metrics = createMetrics(pool, deps.processName, (error) =>
    log.warn({ err: error }, 'a scrape could not read the database'),
  );
  const stopping = new AbortController();
  const api = await openApiDeps({ ...deps, stopping: stopping.signal }, cleanUp);
  const registry = roles.has('registry') ? await openRegistry(deps, api, metrics, cleanUp) : undefined;

  const app = createApiApp({
    log,
    serverFactory: serverFactory({
      registry: registry?.handle,
      isFromNginx: createNginxProof(config.nginxSecret),
      limits: {
        maxConnections: connectionsFor(await maxOpenFiles()),
        maxConnectionsPerAddress: config.maxConnectionsPerAddress,
      },
    }),
    onRequestEnd: metrics.observeRequest,
  });
  checkAccess(app, api);
  await describeApi(app);
  healthRoutes(app, {
    pool,
    problems: () => [...(stopping.signal.aborted ? ['stopping'] : []), ...deps.problems()],
  });
  frontPage(app, config);
  if (roles.has('api')) {
    const cleanup = startSessionCleanup(pool, log);
    cleanUp.defer(() => cleanup.close());
    apiRoutes(app, api);
  }
  if (roles.has('garant')) {
    const signer = await createSigner({ pool, secretKey: config.secretKey, maxKeyAgeMs: config.signingKeyAgeMs, log });
    cleanUp.defer(() => signer.close());
    tokenRoutes(app, { ...api, notaryService: config.notaryService, signer });
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

  const { metricsHost, metricsPort } = config;
  const metricsServer =
    metricsPort === undefined
      ? undefined
      : await startMetricsServer({
          host: metricsHost,
          port: metricsPort,
          render: async () => metrics.render(await deps.collect(metrics)),
          log,
        });
  if (metricsServer) cleanUp.defer(() => metricsServer.close());

  const address = app.server.address();
  const opened = cleanUp.move();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    metricsPort: metricsServer?.port,
    metrics,
    close: () => opened.disposeAsync(),
  };
}

async function openRegistry(
  { config, resources, log }: HttpRolesDeps,
  api: OpenedApiDeps,
  metrics: Metrics,
  cleanUp: AsyncDisposableStack,
): Promise<Registry> {
  const { pool, listener } = resources;
  const settings = await followSettings({
    q: pool,
    listener,
    onError: (error) => log.warn({ err: error }, 'the settings could not be read; the last ones stay in effect'),
  });
  cleanUp.defer(() => settings.close());
  const registry = createRegistry({
    pool,
    blobStore: resources.blobStore,
    cache: resources.cache,
    maxUploadBytes: config.maxUploadBytes,
    wakeDispatcher: resources.wakeDispatcher,
    publicUrl: config.publicUrl,
    publicUrlOf: createPublicUrlOf(config),
    nginxSecret: config.nginxSecret,
    clientAddress: api.clientAddress,
    service: registryService,
    ...createRegistryAuthentication(api),
    findReadable: (subject) => readableRepositories(pool, subject),
    creation: {
      isOn: () => settings.current().createRepositoryOnPush,
      isAllowed: (subject, namespace) => mayCreateRepositories(pool, subject, namespace),
    },
    limits: settings.current,
    isReadOnly: () => settings.current().readOnlyRegistry,
    acceptsSparse: config.acceptsSparseManifests,
    log,
    onRequestEnd: metrics.observeRequest,
  });
  cleanUp.defer(() => registry.close());
  return registry;
}
