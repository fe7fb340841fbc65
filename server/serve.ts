import { ensureFirstAdmin } from '../accounts/sign-in/first-administrator.ts';
import { loadSigningKey } from '../accounts/tokens/signing-keys.ts';
import { poolConnections } from '../config/connections.ts';
import type { Config } from '../config/load.ts';
import { actions } from '../jobs/actions/catalogue.ts';
import { makeDefaultCrons } from '../jobs/crons/default-crons.ts';
import { createWakeUp, jobChannel } from '../database/wake-up.ts';
import type { ProcessLogger } from '../log/create-logger.ts';
import type { TemporalTarget } from '../workers/temporal.ts';
import { openBlobStore } from './blob-store.ts';
import { prepareDatabase } from './database.ts';
import { startHttpProcesses } from './http-processes.ts';
import type { HttpConfig } from './http-config.ts';
import { startHttpRoles } from './http-roles.ts';
import { openPool, openResources } from './resources.ts';
import { httpRoles, type Role } from './roles.ts';
import type { WorkerRole, WorkerRoleDeps } from './worker-role.ts';

/** A configuration with everything in it that serving needs. `temporal` is only used by the role `worker`. */
export type ServeConfig = Config & {
  readonly databaseUrl: string;
  readonly secretKey: Uint8Array;
  readonly temporal: TemporalTarget;
  readonly host: string;
  /** Of this machine; undefined: Temporal runs elsewhere. */
  readonly temporalUiUrl?: string | undefined;
};

/** A process that plays its roles. */
export interface RunningServer {
  readonly publicUrl: string;
  /** The port that it listens on. */
  readonly port: number;
  /** The one on which metrics are served; undefined: nowhere. */
  readonly metricsPort: number | undefined;
  /** How many processes serve HTTP. */
  readonly httpProcesses: number;
  /** The first administrator's password, if it has just been made up; to be shown this once. */
  readonly adminPassword: string | undefined;
  /** Lets what runs come to an end, for as long as the configuration grants, and frees everything. */
  close(): Promise<void>;
}

/** Where the lines of a process and its children go. */
export interface ServeLog {
  readonly log: ProcessLogger;
  /** File that they are appended to; undefined: standard error. */
  readonly path: string | undefined;
}

/**
 * Plays roles: migrates the database, and starts what the roles need, in an order in which nothing is asked before it
 * can answer. HTTP is served by children of this process, unless the configuration wants one process, or only the role
 * `worker` is played.
 *
 * @throws DatabaseUnreachableError, MigrationError, BucketUnusableError, TemporalUnreachableError, ListenError
 */
export async function serve(
  config: ServeConfig,
  roles: ReadonlySet<Role>,
  { log, path: logPath }: ServeLog,
): Promise<RunningServer> {
  await using cleanUp = new AsyncDisposableStack();
  const httpProcesses = httpRoles.some((role) => roles.has(role)) ? config.httpProcesses : 1;
  const forks = httpProcesses > 1;
  const maxConnections = poolConnections(config.databaseConnections, forks ? httpProcesses + 1 : 1);
  const adminPassword = await prepare(config, roles, log);

  // A process whose children serve HTTP, and that is no worker, has no use for a database.
  const servesRegistry = !forks && roles.has('registry');
  const resources =
    forks && !roles.has('worker') ? undefined : await openResources({ ...config, maxConnections, servesRegistry, log });
  if (resources) cleanUp.defer(() => resources.close());
  const worker =
    resources && roles.has('worker')
      ? await startWorker({
          ...config,
          ...resources,
          wakeFollowers: createWakeUp(resources.pool, jobChannel, resources.onWakeUpError),
          roles,
          log,
        })
      : undefined;
  if (worker) cleanUp.defer(() => worker.close());
  const problems = (): string[] => (worker && !worker.isReady() ? ['a worker is not polling'] : []);

  let port: number;
  let metricsPort: number | undefined;
  if (resources && !forks) {
    const http = await startHttpRoles({
      config,
      roles,
      resources,
      log,
      processName: 'main',
      problems,
      collect: async (metrics) => Promise.all([metrics.snapshot(), worker?.metrics() ?? []]),
    });
    cleanUp.defer(() => http.close());
    port = http.port;
    metricsPort = http.metricsPort;
  } else {
    const settings = { config: httpConfig(config, httpProcesses), roles, maxConnections, logPath };
    const http = await startHttpProcesses({
      count: httpProcesses,
      settings,
      problems,
      ownMetrics: async () => worker?.metrics() ?? [],
      log,
    });
    cleanUp.defer(() => http.stop());
    port = http.port;
    metricsPort = http.metricsPort;
  }

  const opened = cleanUp.move();
  return {
    publicUrl: config.publicUrl,
    port,
    metricsPort,
    httpProcesses,
    adminPassword,
    close: () => opened.disposeAsync(),
  };
}

/** Does what has to be done once, before any process works. Gives the password that was made up. */
async function prepare(config: ServeConfig, roles: ReadonlySet<Role>, log: ProcessLogger): Promise<string | undefined> {
  const pool = openPool({ ...config, maxConnections: 2, log });
  try {
    await prepareDatabase(pool, config, log);
    if (config.ldap?.url.startsWith('ldap:') && !config.ldap.startTls) {
      log.warn({}, 'passwords are sent to the LDAP directory unencrypted: set LDAP_START_TLS=true, or an ldaps URL');
    }
    // What is wrong with it is told once, and not by every child.
    if (roles.has('registry')) (await openBlobStore(config, log)).close();
    if (roles.has('worker') && config.makesDefaultCrons) {
      const made = await makeDefaultCrons(pool, actions);
      if (made.length > 0) log.info({ actions: made }, 'created the default crons');
    }
    if (roles.has('garant')) await loadSigningKey(pool, config.secretKey);
    return await ensureFirstAdmin(pool, config.adminPassword);
  } finally {
    await pool.end();
  }
}

/** Loaded where it is needed: Temporal's native code is large. */
async function startWorker(deps: WorkerRoleDeps): Promise<WorkerRole> {
  const { startWorkerRole } = await import('./worker-role.ts');
  return startWorkerRole(deps);
}

/** A child gets what it uses, and no more secrets than that; and its share of what is for all of them. */
function httpConfig(config: ServeConfig, processes: number): HttpConfig {
  const { dataDir, s3, ldap, maxUploadBytes, host, port, metricsHost, metricsPort } = config;
  const { publicUrl, isPublicUrlSet, nginxSecret } = config;
  const { acceptsSparseManifests, signingKeyAgeMs, notaryService } = config;
  const { sessionIdleLimitMs, sessionLimitMs, oidc, tls } = config;
  const { analyticsUrl, outboundAllowPrivate, shutdownGraceMs, logLevel, databaseUrl, secretKey, temporalUiUrl } =
    config;
  return {
    dataDir,
    s3,
    ldap,
    maxUploadBytes,
    host,
    port,
    metricsHost,
    metricsPort,
    maxConnectionsPerAddress: Math.ceil(config.maxConnectionsPerAddress / processes),
    publicUrl,
    isPublicUrlSet,
    nginxSecret,
    acceptsSparseManifests,
    analyticsUrl,
    outboundAllowPrivate,
    signingKeyAgeMs,
    notaryService,
    sessionIdleLimitMs,
    sessionLimitMs,
    oidc,
    tls,
    shutdownGraceMs,
    logLevel,
    databaseUrl,
    secretKey,
    temporalUiUrl,
  };
}
