import { join } from 'node:path';
import { checkAccess } from '../api/access.ts';
import { createApiApp } from '../api/app.ts';
import { ensureFirstAdmin } from '../api/enzi/accounts.ts';
import { createVerificationKeys, loadSigningKey } from '../api/garant/signing-keys.ts';
import { tokenRoutes } from '../api/garant/token-route.ts';
import { createTokenVerifier, TokenRejectedError, tokenService } from '../api/garant/tokens.ts';
import type { ApiDeps, ApiInstance } from '../api/instance.ts';
import { cronRoutes } from '../api/routes/crons.ts';
import { jobRoutes } from '../api/routes/jobs.ts';
import { repositoryRoutes } from '../api/routes/repositories.ts';
import { webhookRoutes } from '../api/routes/webhooks.ts';
import type { Config } from '../config/load.ts';
import { createListener } from '../database/listener.ts';
import { createWakeUp, cronChannel, jobChannel, outboxChannel } from '../jobs/wake-up.ts';
import { createAddressGuard } from '../outbound/address-guard.ts';
import { InvalidTokenError } from '../registry/access.ts';
import { createFilesystemBlobStore } from '../registry/filesystem-blob-store.ts';
import { createRegistry, type RegistryDeps } from '../registry/registry.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import type { TemporalTarget } from '../workers/temporal.ts';
import { openDatabase } from './database.ts';
import { healthRoutes } from './health.ts';
import { closeServer, serverFactory } from './http.ts';
import type { Role } from './roles.ts';
import { startWorkerRole } from './worker-role.ts';

/** A configuration with everything in it that serving needs. `temporal` is only used by the role `worker`. */
export type ServeConfig = Config & {
  readonly databaseUrl: string;
  readonly secretKey: Uint8Array;
  readonly temporal: TemporalTarget;
};

/** A process that plays its roles. */
export interface RunningServer {
  readonly publicUrl: string;
  /** The port that it listens on. */
  readonly port: number;
  /** The first administrator's password, if it has just been made up; to be shown this once. */
  readonly adminPassword: string | undefined;
  /** Lets what runs come to an end, for as long as the configuration grants, and frees everything. */
  close(): Promise<void>;
}

/**
 * Plays roles: migrates the database, and starts what the roles need, in an order in which nothing is asked before it
 * can answer.
 *
 * @throws DatabaseUnreachableError, MigrationError, TemporalUnreachableError, or the error of listening
 */
export async function serve(config: ServeConfig, roles: ReadonlySet<Role>, log: Logger): Promise<RunningServer> {
  await using cleanUp = new AsyncDisposableStack();
  const pool = await openDatabase(config, log);
  cleanUp.defer(() => pool.end());
  const adminPassword = await ensureFirstAdmin(pool, config.adminPassword);
  const listener = createListener({
    connectionString: config.databaseUrl,
    applicationName: 'jobrunner',
    onError: (error) => log.warn({ err: error }, 'the listening database connection broke'),
  });
  cleanUp.defer(() => listener.close());

  const onWakeUpError = (error: Error): void => log.warn({ err: error }, 'a wake-up was not sent');
  const wakeDispatcher = createWakeUp(pool, outboxChannel, onWakeUpError);
  const wakeFollowers = createWakeUp(pool, jobChannel, onWakeUpError);
  const blobStore = await createFilesystemBlobStore({ rootPath: join(config.dataDir, 'blobs') });
  const verifyToken = createTokenVerifier(createVerificationKeys(pool));
  const metrics = createMetrics(pool);
  const stopping = new AbortController();

  const registry = roles.has('registry')
    ? createRegistry({
        pool,
        blobStore,
        wakeDispatcher,
        publicUrl: config.publicUrl,
        nginxSecret: config.nginxSecret,
        service: tokenService,
        verifyToken: forRegistry(verifyToken),
        log,
        onRequestEnd: metrics.observeRequest,
      })
    : undefined;
  if (registry) cleanUp.defer(() => registry.close());

  const worker = roles.has('worker')
    ? await startWorkerRole({ ...config, pool, listener, blobStore, wakeDispatcher, wakeFollowers, log })
    : undefined;
  if (worker) cleanUp.defer(() => worker.close());

  const app = createApiApp({
    log,
    serverFactory: serverFactory(registry?.handle),
    onRequestEnd: metrics.observeRequest,
  });
  const api: ApiDeps = {
    pool,
    listener,
    wakeDispatcher,
    wakeSchedules: createWakeUp(pool, cronChannel, onWakeUpError),
    outboundGuard: createAddressGuard({ allowPrivate: config.outboundAllowPrivate }),
    verifyToken,
    stopping: stopping.signal,
  };
  checkAccess(app, api);
  healthRoutes(app, {
    pool,
    metrics,
    problems: () => [
      ...(stopping.signal.aborted ? ['stopping'] : []),
      ...(worker && !worker.isReady() ? ['a worker is not polling'] : []),
    ],
  });
  if (roles.has('api')) apiRoutes(app, api);
  if (roles.has('garant')) tokenRoutes(app, { ...api, signingKey: await loadSigningKey(pool, config.secretKey) });
  await app.listen({ host: config.host, port: config.port });
  cleanUp.defer(async () => {
    await closeServer(app.server, config.shutdownGraceMs);
    await app.close();
  });
  cleanUp.defer(() => stopping.abort());

  const address = app.server.address();
  const resources = cleanUp.move();
  return {
    publicUrl: config.publicUrl,
    port: typeof address === 'object' && address ? address.port : config.port,
    adminPassword,
    close: () => resources.disposeAsync(),
  };
}

/** Every route of `/api/v0`. */
export function apiRoutes(app: ApiInstance, deps: ApiDeps): void {
  jobRoutes(app, deps);
  cronRoutes(app, deps);
  webhookRoutes(app, deps);
  repositoryRoutes(app, deps);
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
