import { FilterParser } from 'ldapts';
import { parseDurationMs } from './duration.ts';
import { hasPasswordLength, passwordLength } from './password-length.ts';

/** What a deployment of workers may be called. */
export const deploymentName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** What is wrong with a value, for the person who set it: "must be …". */
class InvalidValue extends Error {}

/** One environment variable: its meaning, its default, and how its text becomes a value. */
export interface Variable<T> {
  readonly description: string;
  /** Shown by --help; undefined: not set. */
  readonly defaultText: string | undefined;
  /** May also be given as the path of a file, in NAME_FILE. */
  readonly isSecret: boolean;
  /** @throws InvalidValue */
  readonly parse: (text: string) => T;
}

interface VariableOptions {
  readonly default?: string;
  readonly isSecret?: boolean;
}

function variable<T>(description: string, parse: (text: string) => T, options: VariableOptions = {}): Variable<T> {
  return { description, parse, defaultText: options.default, isSecret: options.isSecret ?? false };
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidValue('must be a port number from 0 to 65535');
  return port;
}

function parseBoolean(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new InvalidValue('must be true or false');
  return text === 'true';
}

function parseDuration(text: string): number {
  const durationMs = parseDurationMs(text);
  if (durationMs === undefined) throw new InvalidValue('must be a duration such as 30s, 90m or 1h30m');
  return durationMs;
}

// The kinds of event after which migration 0020 puts something up for review.
const reviewEvents = [
  'blob_upload',
  'manifest_upload',
  'manifest_delete',
  'tag_delete',
  'tag_move',
  'index_delete',
  'subject_delete',
] as const;

/** How long after a kind of event what it may have orphaned is reviewed. */
export type EventDelays = Readonly<Record<string, number>>;

function parseEventDelays(text: string): EventDelays {
  return Object.fromEntries(
    text.split(',').map((entry) => {
      const [event = '', duration = ''] = entry.split('=');
      const delayMs = parseDurationMs(duration);
      if (!reviewEvents.some((known) => known === event) || delayMs === undefined) {
        throw new InvalidValue(`must be kinds of event with a duration each, such as tag_delete=24h: not "${entry}"`);
      }
      return [event, delayMs];
    }),
  );
}

const maxKeyAgeMs = 365 * 86_400_000;
// Keys overlap for some minutes, and are read twice a minute.
const minKeyAgeMs = 3_600_000;

function parseKeyAge(text: string): number {
  const ageMs = parseDuration(text);
  if (ageMs < minKeyAgeMs || ageMs > maxKeyAgeMs) throw new InvalidValue('must be a duration from 1h to 8760h');
  return ageMs;
}

const minSessionMs = 60_000;
const maxSessionMs = 365 * 86_400_000;

function parseSessionLimit(text: string): number {
  const limitMs = parseDuration(text);
  if (limitMs < minSessionMs || limitMs > maxSessionMs) {
    throw new InvalidValue('must be a duration from 1m to 8760h');
  }
  return limitMs;
}

function parseIssuer(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url?.hostname ?? '');
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback);
  if (!url || !isSafe || url.search || url.hash || url.username) {
    throw new InvalidValue('must be an https URL without user, query or fragment (http only on this machine)');
  }
  // As it is: a provider's issuer may end in a slash, and then every token says so.
  return text;
}

function parseScopes(text: string): string {
  const scopes = text.split(/ +/);
  // RFC 6749, section 3.3.
  if (!scopes.includes('openid') || !/^[\x21\x23-\x5b\x5d-\x7e ]+$/.test(text)) {
    throw new InvalidValue('must be scopes with spaces between them, and openid among them');
  }
  return text;
}

function parseService(text: string): string {
  // It is quoted in challenges.
  if (!/^[\w.:-]{1,255}$/.test(text)) throw new InvalidValue('must be letters, digits, ".", "_", ":" and "-"');
  return text;
}

function parseDeployment(text: string): string {
  if (!deploymentName.test(text)) throw new InvalidValue('must be 1 to 63 letters, digits, ".", "_" and "-"');
  return text;
}

function parseInteger(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidValue(`must be a whole number from ${min} to ${max}`);
    }
    return value;
  };
}

function parseHttpUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username) {
    throw new InvalidValue('must be an http or https URL without user, query or fragment');
  }
  return text.replace(/\/+$/, '');
}

function parsePostgresUrl(text: string): string {
  if (!URL.canParse(text) || !/^postgres(ql)?:$/.test(new URL(text).protocol)) {
    throw new InvalidValue('must be a URL such as postgres://user:password@host:5432/name');
  }
  return text;
}

function parseHostPort(text: string): string {
  if (!/^[^\s/:]+:\d{1,5}$/.test(text)) throw new InvalidValue('must be host:port');
  return text;
}

function parseLdapUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const hasMore = url && (url.username || url.search || url.hash || !/^\/?$/.test(url.pathname));
  if (!url || !/^ldaps?:$/.test(url.protocol) || url.hostname === '' || hasMore) {
    throw new InvalidValue('must be a URL such as ldaps://directory.example.com, without a path');
  }
  return text;
}

function parseLdapFilter(text: string): string {
  try {
    FilterParser.parseString(text);
  } catch (error) {
    throw new InvalidValue(`must be a filter such as (objectClass=inetOrgPerson): ${(error as Error).message}`);
  }
  return text;
}

function parseLdapAttribute(text: string): string {
  if (!/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(text))
    throw new InvalidValue('must be the name of an attribute, such as uid');
  return text;
}

function parseDistinguishedName(text: string): string {
  if (!/^[\w.-]+ *=.*[^,]$/s.test(text)) {
    throw new InvalidValue('must be a distinguished name such as ou=people,dc=example,dc=com');
  }
  return text;
}

const byteUnits = { '': 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 } as const;
// The most that an object of S3 can have (Amazon S3 user guide, "Amazon S3 multipart upload limits").
const maxObjectBytes = 5 * byteUnits.TiB;

function parseObjectBytes(text: string): number {
  const match = /^(\d{1,15})(KiB|MiB|GiB|TiB|)$/.exec(text);
  const sizeBytes = match ? Number(match[1]) * byteUnits[match[2] as keyof typeof byteUnits] : 0;
  if (sizeBytes < 1 || sizeBytes > maxObjectBytes) {
    throw new InvalidValue('must be a number of bytes such as 1048576, 512MiB or 50GiB, 5TiB at the most');
  }
  return sizeBytes;
}

function parseBucket(text: string): string {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(text)) {
    throw new InvalidValue('must be the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens');
  }
  return text;
}

function parseKeyPrefix(text: string): string {
  if (!/^[\w.-]+(\/[\w.-]+)*\/?$/.test(text) || text.split('/').some((part) => part === '.' || part === '..')) {
    throw new InvalidValue('must be a prefix of keys such as registry or team/registry');
  }
  return text.endsWith('/') ? text : `${text}/`;
}

const asIs = (text: string): string => text;

function oneOf<const T extends string>(...values: readonly T[]): (text: string) => T {
  return (text) => {
    const value = values.find((candidate) => candidate === text);
    if (value === undefined) throw new InvalidValue(`must be one of: ${values.join(', ')}`);
    return value;
  };
}

/** Every environment variable that the program reads. `--help` prints this table; nothing else reads the environment. */
export const variables = {
  JOBRUNNER_DATA_DIR: variable('folder of blobs, generated secrets, and the embedded servers', asIs, {
    default: '.jobrunner',
  }),
  JOBRUNNER_DEPLOYMENT: variable(
    'name of the deployment that a worker belongs to, whose capacity it offers',
    parseDeployment,
    { default: 'default' },
  ),
  HOST: variable('address to listen on; 0.0.0.0: every one (default: 127.0.0.1, or with TLS 0.0.0.0)', asIs),
  PORT: variable('port of the registry, the API and the token service', parsePort, { default: '8080' }),
  METRICS_PORT: variable(
    'port on which /metrics is served to Prometheus, without asking who it is (default: none)',
    parsePort,
  ),
  METRICS_HOST: variable('address on which METRICS_PORT listens', asIs, { default: '127.0.0.1' }),
  HTTP_PROCESSES: variable(
    'how many processes serve HTTP on PORT; 1: this one alone (default: one for each core)',
    parseInteger(1, 1_024),
  ),
  MAX_CONNECTIONS_PER_ADDRESS: variable(
    'most connections of one client, an IPv4 address or an IPv6 /64; HTTP_PROCESSES share them out',
    parseInteger(1, 1_000_000),
    { default: '1024' },
  ),
  PUBLIC_URL: variable(
    'how clients reach this server (default: as each request has it; in events http://localhost:PORT)',
    parseHttpUrl,
  ),
  TLS_CERT_FILE: variable('PEM of the certificate, and of those up to the root, with which NGINX speaks TLS', asIs),
  TLS_KEY_FILE: variable('PEM of the key of TLS_CERT_FILE', asIs),
  CLIENT_CA_FILE: variable('PEM of the authorities whose certificates NGINX lets clients sign in with', asIs),
  NGINX_SECRET: variable('what an NGINX in front proves itself with, to send the bytes of blobs', parseSharedSecret, {
    isSecret: true,
  }),
  ADMIN_PASSWORD: variable(
    'password of the first administrator, "admin" (default: made and printed once)',
    parsePassword,
    {
      isSecret: true,
    },
  ),
  SECRET_KEY: variable(
    'key that encrypts secrets at rest, 64 hex digits (default: made in the data folder)',
    parseKey,
    {
      isSecret: true,
    },
  ),
  DATABASE_URL: variable('PostgreSQL 14 or newer (default: embedded)', parsePostgresUrl, { isSecret: true }),
  DATABASE_CONNECTIONS: variable('most connections to PostgreSQL, of all processes together', parseInteger(5, 10_000), {
    default: '80',
  }),
  TEMPORAL_ADDRESS: variable('host:port of the Temporal frontend (default: embedded)', parseHostPort),
  TEMPORAL_NAMESPACE: variable('Temporal namespace', asIs, { default: 'default' }),
  TEMPORAL_API_KEY: variable('API key for Temporal', asIs, { isSecret: true }),
  TEMPORAL_WORKER_VERSIONING: variable(
    'whether Temporal gives workers only what their version may run: see docs/jobs.md',
    parseBoolean,
    { default: 'false' },
  ),
  TEMPORAL_METRICS_ADDRESS: variable(
    "host:port where a worker serves the metrics of Temporal's SDK, at /metrics (default: nowhere)",
    parseHostPort,
  ),
  TEMPORAL_TLS: variable('whether to speak TLS to Temporal', parseBoolean, { default: 'false' }),
  TEMPORAL_TLS_CA: variable('PEM of the authority that signed the Temporal server certificate', asIs, {
    isSecret: true,
  }),
  TEMPORAL_TLS_CERT: variable('PEM of the client certificate for Temporal', asIs, { isSecret: true }),
  TEMPORAL_TLS_KEY: variable('PEM of the client key for Temporal', asIs, { isSecret: true }),
  SPARSE_MANIFESTS: variable(
    'whether a manifest may name blobs or manifests that its repository does not have: reject or accept',
    oneOf('reject', 'accept'),
    { default: 'reject' },
  ),
  SIGNING_KEY_AGE: variable('for how long a key signs tokens before the next one does, 365 days at most', parseKeyAge, {
    default: '2160h',
  }),
  NOTARY_SERVICE: variable('service for which a Notary server asks tokens of /auth/token', parseService, {
    default: 'notary',
  }),
  CREATE_REPOSITORY_ON_PUSH: variable(
    'whether a push makes its repository, until the setting createRepositoryOnPush is changed: true or false',
    parseBoolean,
    { default: 'true' },
  ),
  OUTBOUND_ALLOW_PRIVATE: variable('let webhooks reach addresses that are not public, such as loopback', parseBoolean, {
    default: 'false',
  }),
  SESSION_IDLE_LIMIT: variable('how long a session of a browser lasts without being used', parseSessionLimit, {
    default: '1h',
  }),
  SESSION_LIMIT: variable('how long a session of a browser lasts in all', parseSessionLimit, { default: '24h' }),
  OIDC_ISSUER: variable('OpenID provider to sign in through (default: none)', parseIssuer),
  OIDC_CLIENT_ID: variable('client that the provider knows; it redirects to PUBLIC_URL/enzi/v0/oidc/callback', asIs),
  OIDC_CLIENT_SECRET: variable('secret of that client (default: a public client)', asIs, { isSecret: true }),
  OIDC_SCOPES: variable('what is asked of the provider, separated by spaces', parseScopes, {
    default: 'openid profile',
  }),
  OIDC_USERNAME_CLAIM: variable('claim that names the account', asIs, { default: 'preferred_username' }),
  OIDC_GROUPS_CLAIM: variable('claim that lists the groups', asIs, { default: 'groups' }),
  OIDC_ADMIN_GROUP: variable('group whose members are system administrators, and nobody else of the provider', asIs),
  WEBHOOK_RETRY_DELAY: variable(
    'wait before the second try of a webhook; each next is four times as long',
    parseDuration,
    {
      default: '5s',
    },
  ),
  ANALYTICS_URL: variable(
    'where the job analytics_report sends totals, if the setting reportAnalytics is true (default: nowhere)',
    parseHttpUrl,
  ),
  GC_REVIEW_DELAY: variable('how long after an event a manifest or blob is reviewed', parseDuration, { default: '1h' }),
  GC_EVENT_DELAYS: variable(
    `GC_REVIEW_DELAY for single kinds of event, such as tag_delete=24h,manifest_upload=2h; kinds: ${reviewEvents.join(', ')}`,
    parseEventDelays,
  ),
  GC_BLOB_LEASE: variable(
    'how long a manifest or blob that a pusher was told exists is kept without a reference',
    parseDuration,
    { default: '1h' },
  ),
  BLOB_STORE: variable('where blobs are: filesystem, in the data folder, or s3', oneOf('filesystem', 's3'), {
    default: 'filesystem',
  }),
  S3_ENDPOINT: variable("URL of the S3 server (default: Amazon's)", parseHttpUrl),
  S3_REGION: variable('region of the bucket', asIs, { default: 'us-east-1' }),
  S3_BUCKET: variable('bucket of the blobs; credentials as the AWS SDK finds them: AWS_ACCESS_KEY_ID, …', parseBucket),
  S3_PREFIX: variable('what every key in the bucket starts with', parseKeyPrefix),
  S3_FORCE_PATH_STYLE: variable('whether the bucket is in the path of URLs, not in the host', parseBoolean, {
    default: 'false',
  }),
  S3_REDIRECT: variable('send clients to the bucket for the blobs that they pull', parseBoolean, {
    default: 'false',
  }),
  MAX_UPLOAD_SIZE: variable('the most bytes that one blob may have', parseObjectBytes, { default: '50GiB' }),
  UPLOAD_EXPIRY: variable('how long an upload may lie still before the job upload_purge removes it', parseDuration, {
    default: '24h',
  }),
  LDAP_URL: variable('LDAP directory whose people may sign in: ldap://host or ldaps://host', parseLdapUrl),
  LDAP_START_TLS: variable('whether an ldap:// connection becomes TLS before anything is sent', parseBoolean, {
    default: 'false',
  }),
  LDAP_CA: variable('PEM of the authority that signed the certificate of the directory', asIs, { isSecret: true }),
  LDAP_BIND_DN: variable('distinguished name of the account that searches (default: nobody)', parseDistinguishedName),
  LDAP_BIND_PASSWORD: variable('password of LDAP_BIND_DN', asIs, { isSecret: true }),
  LDAP_USER_BASE_DN: variable('where people are, such as ou=people,dc=example,dc=com', parseDistinguishedName),
  LDAP_USER_FILTER: variable('which entries below LDAP_USER_BASE_DN are people', parseLdapFilter, {
    default: '(objectClass=inetOrgPerson)',
  }),
  LDAP_USERNAME_ATTRIBUTE: variable('attribute with the user name', parseLdapAttribute, { default: 'uid' }),
  LDAP_FULL_NAME_ATTRIBUTE: variable('attribute with the full name', parseLdapAttribute, { default: 'cn' }),
  LDAP_GROUP_BASE_DN: variable('where groups are (default: groups are not asked for)', parseDistinguishedName),
  LDAP_GROUP_FILTER: variable('which entries below LDAP_GROUP_BASE_DN are groups', parseLdapFilter, {
    default: '(|(objectClass=groupOfNames)(objectClass=group))',
  }),
  LDAP_GROUP_MEMBER_ATTRIBUTE: variable(
    'attribute of groups with the distinguished names of members; memberUid: with their user names',
    parseLdapAttribute,
    { default: 'member' },
  ),
  LDAP_ADMIN_GROUP: variable('group of system administrators: its cn or distinguished name', asIs),
  LDAP_CREATE_ON_LOGIN: variable(
    'whether the first sign-in makes an account; otherwise the job ldap_sync alone does',
    parseBoolean,
    { default: 'true' },
  ),
  DEFAULT_CRONS: variable(
    'whether actions that run by themselves get their crons when the program is first started: true or false',
    parseBoolean,
    { default: 'true' },
  ),
  SHUTDOWN_GRACE: variable('how long running activities and transfers may go on after SIGTERM', parseDuration, {
    default: '20s',
  }),
  LOG_LEVEL: variable('lowest level of log lines that is written', oneOf('trace', 'debug', 'info', 'warn', 'error'), {
    default: 'info',
  }),
} satisfies Record<string, Variable<unknown>>;

function parseSharedSecret(text: string): string {
  // It goes into a header, and into NGINX's configuration.
  if (!/^[\w-]{32,256}$/.test(text)) throw new InvalidValue('must be 32 to 256 letters, digits, "-" and "_"');
  return text;
}

function parsePassword(text: string): string {
  const { min, max } = passwordLength;
  if (!hasPasswordLength(text)) throw new InvalidValue(`must have ${min} to ${max.toLocaleString('en')} characters`);
  return text;
}

function parseKey(text: string): Buffer {
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new InvalidValue('must be 64 hex digits: openssl rand -hex 32');
  return Buffer.from(text, 'hex');
}

/** The text of `--help` about the environment. */
export function describeVariables(): string {
  const rows = Object.entries<Variable<unknown>>(variables).map(([name, { description, defaultText, isSecret }]) => {
    const suffix = defaultText === undefined ? '' : ` (default: ${defaultText})`;
    return `  ${(isSecret ? `${name}[_FILE]` : name).padEnd(26)} ${description}${suffix}`;
  });
  return rows.join('\n');
}
