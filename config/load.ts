import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { maxProcesses } from './connections.ts';
import { type EventDelays, variables, type Variable } from './variables.ts';

/** The configuration of a process: parsed once in its entry point, and passed down from there. */
export interface Config {
  /** Absolute path. */
  readonly dataDir: string;
  /** Undefined: nobody has said. */
  readonly host: string | undefined;
  readonly port: number;
  readonly metricsHost: string;
  /** Undefined: nobody is served metrics. */
  readonly metricsPort: number | undefined;
  /** How many processes serve HTTP; 1: the process itself, otherwise so many children of it. */
  readonly httpProcesses: number;
  /** Of all processes that serve HTTP together. */
  readonly maxConnectionsPerAddress: number;
  /** Without a trailing slash. */
  readonly publicUrl: string;
  /** Whether `PUBLIC_URL` says so; otherwise it is what clients of this machine reach. */
  readonly isPublicUrlSet: boolean;
  /** Paths of PEM files, for NGINX. */
  readonly tls:
    { readonly certFile: string; readonly keyFile: string; readonly clientCaFile: string | undefined } | undefined;
  /** What NGINX in front of this process proves itself with. */
  readonly nginxSecret: string | undefined;
  readonly adminPassword: string | undefined;
  /** 32 bytes. */
  readonly secretKey: Buffer | undefined;
  readonly databaseUrl: string | undefined;
  /** Most connections of this process and its children together. */
  readonly databaseConnections: number;
  readonly temporal: TemporalConfig;
  /** Whether Temporal gives workers only what their version may run. */
  readonly temporalWorkerVersioning: boolean;
  /** host:port; undefined: nowhere. */
  readonly temporalMetricsAddress: string | undefined;
  /** Which workers this one is like. */
  readonly deployment: string;
  readonly acceptsSparseManifests: boolean;
  /** The setting of a first start; afterwards that is stored. */
  readonly createRepositoryOnPush: boolean;
  readonly outboundAllowPrivate: boolean;
  readonly signingKeyAgeMs: number;
  /** The service under which Notary asks for tokens. */
  readonly notaryService: string;
  /** How long a session of a browser lasts without being used. */
  readonly sessionIdleLimitMs: number;
  /** How long it lasts in all. */
  readonly sessionLimitMs: number;
  /** Undefined: nobody signs in through an OpenID provider. */
  readonly oidc: OidcConfig | undefined;
  readonly webhookRetryDelayMs: number;
  readonly analyticsUrl: string | undefined;
  readonly gcReviewDelayMs: number;
  /** In milliseconds, by kind of event. */
  readonly gcEventDelays: EventDelays;
  readonly gcBlobLeaseMs: number;
  /** Undefined: blobs are files in the data folder. */
  readonly s3: S3Config | undefined;
  /** Undefined: nobody signs in by LDAP. */
  readonly ldap: LdapConfig | undefined;
  readonly maxUploadBytes: number;
  readonly uploadExpiryMs: number;
  readonly makesDefaultCrons: boolean;
  readonly shutdownGraceMs: number;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error';
}

export interface S3Config {
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly bucket: string;
  /** Empty, or ending in a slash. */
  readonly prefix: string;
  readonly forcePathStyle: boolean;
  readonly redirect: boolean;
}

/** An OpenID provider, and what its claims mean here. */
export interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined: a public client. */
  readonly clientSecret: string | undefined;
  /** Separated by spaces. */
  readonly scopes: string;
  readonly usernameClaim: string;
  readonly groupsClaim: string;
  /** Whose members are system administrators, and nobody else of the provider; undefined: it says nothing about that. */
  readonly adminGroup: string | undefined;
}

/** An LDAP directory whose people may sign in. */
export interface LdapConfig {
  readonly url: string;
  readonly startTls: boolean;
  /** PEM of the authorities that may sign the certificate of the server; undefined: those that Node trusts. */
  readonly ca: string | undefined;
  /** The account that searches; undefined: nobody. */
  readonly bindDn: string | undefined;
  readonly bindPassword: string | undefined;
  readonly userBaseDn: string;
  readonly userFilter: string;
  readonly usernameAttribute: string;
  readonly fullNameAttribute: string;
  /** Undefined: groups are not asked for. */
  readonly groupBaseDn: string | undefined;
  readonly groupFilter: string;
  readonly groupMemberAttribute: string;
  /** `cn` or distinguished name of the group of system administrators. */
  readonly adminGroup: string | undefined;
  /** Whether the first sign-in makes an account. */
  readonly createOnLogin: boolean;
}

export interface TemporalConfig {
  /** host:port; undefined: nobody has said. */
  readonly address: string | undefined;
  readonly namespace: string;
  readonly apiKey: string | undefined;
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string } | undefined;
}

/** The address of a start that HOST says nothing about: what is sent goes in clear text, unless there is TLS. */
export const loopbackHost = '127.0.0.1';
export const everyHost = '0.0.0.0';

/** Where the Temporal UI of one machine is, below PUBLIC_URL. */
export const temporalUiPath = '/temporal';

/** The environment does not make a configuration. The message lists every problem, one a line. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/**
 * Reads the configuration from environment variables; a secret also from the file that NAME_FILE names.
 *
 * @throws ConfigError listing every variable that is wrong, and what it must be
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const problems: string[] = [];
  const read = <T>(name: keyof typeof variables, { parse, defaultText, isSecret }: Variable<T>) => {
    try {
      const text = readText(env, name, isSecret) ?? defaultText;
      return text === undefined ? undefined : parse(text);
    } catch (error) {
      problems.push(`${name} ${(error as Error).message}`);
      return undefined;
    }
  };
  const required = <T>(name: keyof typeof variables, variable: Variable<T>): T => read(name, variable) as T;

  const port = required('PORT', variables.PORT);
  const ca = read('TEMPORAL_TLS_CA', variables.TEMPORAL_TLS_CA);
  const cert = read('TEMPORAL_TLS_CERT', variables.TEMPORAL_TLS_CERT);
  const key = read('TEMPORAL_TLS_KEY', variables.TEMPORAL_TLS_KEY);
  const usesTls = required('TEMPORAL_TLS', variables.TEMPORAL_TLS) || [ca, cert, key].some(Boolean);
  const certFile = read('TLS_CERT_FILE', variables.TLS_CERT_FILE);
  const keyFile = read('TLS_KEY_FILE', variables.TLS_KEY_FILE);
  if (Boolean(certFile) !== Boolean(keyFile)) problems.push('TLS_CERT_FILE and TLS_KEY_FILE must be set together');
  const clientCaFile = read('CLIENT_CA_FILE', variables.CLIENT_CA_FILE);
  if (clientCaFile && !certFile)
    problems.push('CLIENT_CA_FILE must be set together with TLS_CERT_FILE and TLS_KEY_FILE');
  if (Boolean(cert) !== Boolean(key)) problems.push('TEMPORAL_TLS_CERT and TEMPORAL_TLS_KEY must be set together');
  const databaseConnections = required('DATABASE_CONNECTIONS', variables.DATABASE_CONNECTIONS);
  // Beside the children there is the primary process.
  const mostChildren = Math.max(1, maxProcesses(databaseConnections) - 1);
  const httpProcesses =
    read('HTTP_PROCESSES', variables.HTTP_PROCESSES) ?? Math.min(availableParallelism(), mostChildren);
  if (httpProcesses > mostChildren) {
    problems.push(
      `HTTP_PROCESSES must be at most ${mostChildren} for DATABASE_CONNECTIONS of ${databaseConnections}, of which each process needs some`,
    );
  }
  const usesS3 = required('BLOB_STORE', variables.BLOB_STORE) === 's3';
  const bucket = read('S3_BUCKET', variables.S3_BUCKET);
  if (usesS3 && !bucket && !env['S3_BUCKET']) problems.push('S3_BUCKET must be set where BLOB_STORE is s3');
  const s3 = {
    endpoint: read('S3_ENDPOINT', variables.S3_ENDPOINT),
    region: required('S3_REGION', variables.S3_REGION),
    bucket: bucket ?? '',
    prefix: read('S3_PREFIX', variables.S3_PREFIX) ?? '',
    forcePathStyle: required('S3_FORCE_PATH_STYLE', variables.S3_FORCE_PATH_STYLE),
    redirect: required('S3_REDIRECT', variables.S3_REDIRECT),
  };

  const issuer = read('OIDC_ISSUER', variables.OIDC_ISSUER);
  const clientId = read('OIDC_CLIENT_ID', variables.OIDC_CLIENT_ID);
  const oidc = {
    clientSecret: read('OIDC_CLIENT_SECRET', variables.OIDC_CLIENT_SECRET),
    scopes: required('OIDC_SCOPES', variables.OIDC_SCOPES),
    usernameClaim: required('OIDC_USERNAME_CLAIM', variables.OIDC_USERNAME_CLAIM),
    groupsClaim: required('OIDC_GROUPS_CLAIM', variables.OIDC_GROUPS_CLAIM),
    adminGroup: read('OIDC_ADMIN_GROUP', variables.OIDC_ADMIN_GROUP),
  };
  if (Boolean(env['OIDC_ISSUER']) !== Boolean(env['OIDC_CLIENT_ID'])) {
    problems.push('OIDC_ISSUER and OIDC_CLIENT_ID must be set together');
  }
  const ldapUrl = read('LDAP_URL', variables.LDAP_URL);
  const ldap = {
    url: ldapUrl ?? '',
    startTls: required('LDAP_START_TLS', variables.LDAP_START_TLS),
    ca: read('LDAP_CA', variables.LDAP_CA),
    bindDn: read('LDAP_BIND_DN', variables.LDAP_BIND_DN),
    bindPassword: read('LDAP_BIND_PASSWORD', variables.LDAP_BIND_PASSWORD),
    userBaseDn: read('LDAP_USER_BASE_DN', variables.LDAP_USER_BASE_DN) ?? '',
    userFilter: required('LDAP_USER_FILTER', variables.LDAP_USER_FILTER),
    usernameAttribute: required('LDAP_USERNAME_ATTRIBUTE', variables.LDAP_USERNAME_ATTRIBUTE),
    fullNameAttribute: required('LDAP_FULL_NAME_ATTRIBUTE', variables.LDAP_FULL_NAME_ATTRIBUTE),
    groupBaseDn: read('LDAP_GROUP_BASE_DN', variables.LDAP_GROUP_BASE_DN),
    groupFilter: required('LDAP_GROUP_FILTER', variables.LDAP_GROUP_FILTER),
    groupMemberAttribute: required('LDAP_GROUP_MEMBER_ATTRIBUTE', variables.LDAP_GROUP_MEMBER_ATTRIBUTE),
    adminGroup: read('LDAP_ADMIN_GROUP', variables.LDAP_ADMIN_GROUP),
    createOnLogin: required('LDAP_CREATE_ON_LOGIN', variables.LDAP_CREATE_ON_LOGIN),
  };
  if (ldapUrl) {
    if (!ldap.userBaseDn) problems.push('LDAP_USER_BASE_DN must be set where LDAP_URL is');
    if (ldap.startTls && ldapUrl.startsWith('ldaps:')) {
      problems.push('LDAP_START_TLS must be false for an ldaps URL, which speaks TLS from the start');
    }
  }
  if (Boolean(ldap.bindDn) !== Boolean(ldap.bindPassword)) {
    problems.push('LDAP_BIND_DN and LDAP_BIND_PASSWORD must be set together');
  }
  if (ldap.adminGroup && !ldap.groupBaseDn) problems.push('LDAP_GROUP_BASE_DN must be set where LDAP_ADMIN_GROUP is');

  const publicUrl = read('PUBLIC_URL', variables.PUBLIC_URL);
  const config: Config = {
    dataDir: resolve(required('JOBRUNNER_DATA_DIR', variables.JOBRUNNER_DATA_DIR)),
    host: read('HOST', variables.HOST),
    port,
    metricsHost: required('METRICS_HOST', variables.METRICS_HOST),
    metricsPort: read('METRICS_PORT', variables.METRICS_PORT),
    httpProcesses,
    maxConnectionsPerAddress: required('MAX_CONNECTIONS_PER_ADDRESS', variables.MAX_CONNECTIONS_PER_ADDRESS),
    publicUrl: publicUrl ?? `${certFile ? 'https' : 'http'}://localhost:${port}`,
    isPublicUrlSet: publicUrl !== undefined,
    tls:
      certFile && keyFile
        ? {
            certFile: resolve(certFile),
            keyFile: resolve(keyFile),
            clientCaFile: clientCaFile && resolve(clientCaFile),
          }
        : undefined,
    nginxSecret: read('NGINX_SECRET', variables.NGINX_SECRET),
    adminPassword: read('ADMIN_PASSWORD', variables.ADMIN_PASSWORD),
    secretKey: read('SECRET_KEY', variables.SECRET_KEY),
    databaseUrl: read('DATABASE_URL', variables.DATABASE_URL),
    databaseConnections,
    temporal: {
      address: read('TEMPORAL_ADDRESS', variables.TEMPORAL_ADDRESS),
      namespace: required('TEMPORAL_NAMESPACE', variables.TEMPORAL_NAMESPACE),
      apiKey: read('TEMPORAL_API_KEY', variables.TEMPORAL_API_KEY),
      tls: usesTls ? { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) } : undefined,
    },
    temporalWorkerVersioning: required('TEMPORAL_WORKER_VERSIONING', variables.TEMPORAL_WORKER_VERSIONING),
    temporalMetricsAddress: read('TEMPORAL_METRICS_ADDRESS', variables.TEMPORAL_METRICS_ADDRESS),
    deployment: required('JOBRUNNER_DEPLOYMENT', variables.JOBRUNNER_DEPLOYMENT),
    acceptsSparseManifests: required('SPARSE_MANIFESTS', variables.SPARSE_MANIFESTS) === 'accept',
    signingKeyAgeMs: required('SIGNING_KEY_AGE', variables.SIGNING_KEY_AGE),
    notaryService: required('NOTARY_SERVICE', variables.NOTARY_SERVICE),
    createRepositoryOnPush: required('CREATE_REPOSITORY_ON_PUSH', variables.CREATE_REPOSITORY_ON_PUSH),
    outboundAllowPrivate: required('OUTBOUND_ALLOW_PRIVATE', variables.OUTBOUND_ALLOW_PRIVATE),
    sessionIdleLimitMs: required('SESSION_IDLE_LIMIT', variables.SESSION_IDLE_LIMIT),
    sessionLimitMs: required('SESSION_LIMIT', variables.SESSION_LIMIT),
    oidc: issuer && clientId ? { issuer, clientId, ...oidc } : undefined,
    webhookRetryDelayMs: required('WEBHOOK_RETRY_DELAY', variables.WEBHOOK_RETRY_DELAY),
    analyticsUrl: read('ANALYTICS_URL', variables.ANALYTICS_URL),
    gcReviewDelayMs: required('GC_REVIEW_DELAY', variables.GC_REVIEW_DELAY),
    gcEventDelays: read('GC_EVENT_DELAYS', variables.GC_EVENT_DELAYS) ?? {},
    gcBlobLeaseMs: required('GC_BLOB_LEASE', variables.GC_BLOB_LEASE),
    s3: usesS3 ? s3 : undefined,
    ldap: ldapUrl ? ldap : undefined,
    maxUploadBytes: required('MAX_UPLOAD_SIZE', variables.MAX_UPLOAD_SIZE),
    uploadExpiryMs: required('UPLOAD_EXPIRY', variables.UPLOAD_EXPIRY),
    makesDefaultCrons: required('DEFAULT_CRONS', variables.DEFAULT_CRONS),
    shutdownGraceMs: required('SHUTDOWN_GRACE', variables.SHUTDOWN_GRACE),
    logLevel: required('LOG_LEVEL', variables.LOG_LEVEL),
  };
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return config;
}

function readText(env: NodeJS.ProcessEnv, name: string, isSecret: boolean): string | undefined {
  // An empty variable is one that a template left unset.
  const text = env[name] || undefined;
  const file = isSecret ? env[`${name}_FILE`] || undefined : undefined;
  if (file === undefined) return text;
  if (text !== undefined) throw new Error(`is given twice: unset ${name} or ${name}_FILE`);
  let secret: string;
  try {
    secret = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new Error(`cannot be read from ${name}_FILE: ${(error as Error).message}`, { cause: error });
  }
  // An empty password would be a password.
  if (secret === '') throw new Error(`must be in the file that ${name}_FILE names, which is empty`);
  return secret;
}
