import { parseDurationMs } from './duration.ts';

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
  HOST: variable('address to listen on', asIs, { default: '0.0.0.0' }),
  PORT: variable('port of the registry, the API and the token service', parsePort, { default: '8080' }),
  PUBLIC_URL: variable('how clients reach this server (default: http://localhost:PORT)', parseHttpUrl),
  TLS_CERT_FILE: variable('PEM of the certificate, and of those up to the root, with which NGINX speaks TLS', asIs),
  TLS_KEY_FILE: variable('PEM of its key', asIs),
  NGINX_SECRET: variable('what an NGINX in front proves itself with, to send the bytes of blobs', parseSharedSecret, {
    isSecret: true,
  }),
  ADMIN_PASSWORD: variable('password of the first administrator, "admin" (default: made and printed once)', asIs, {
    isSecret: true,
  }),
  SECRET_KEY: variable(
    'key that encrypts secrets at rest, 64 hex digits (default: made in the data folder)',
    parseKey,
    {
      isSecret: true,
    },
  ),
  DATABASE_URL: variable('PostgreSQL 14 or newer (default: embedded)', parsePostgresUrl, { isSecret: true }),
  TEMPORAL_ADDRESS: variable('host:port of the Temporal frontend (default: embedded)', parseHostPort),
  TEMPORAL_NAMESPACE: variable('Temporal namespace', asIs, { default: 'default' }),
  TEMPORAL_API_KEY: variable('API key for Temporal', asIs, { isSecret: true }),
  TEMPORAL_TLS: variable('whether to speak TLS to Temporal', parseBoolean, { default: 'false' }),
  TEMPORAL_TLS_CA: variable('PEM of the authority that signed the Temporal server certificate', asIs, {
    isSecret: true,
  }),
  TEMPORAL_TLS_CERT: variable('PEM of the client certificate for Temporal', asIs, { isSecret: true }),
  TEMPORAL_TLS_KEY: variable('PEM of the client key for Temporal', asIs, { isSecret: true }),
  OUTBOUND_ALLOW_PRIVATE: variable('let webhooks reach loopback and private addresses', parseBoolean, {
    default: 'false',
  }),
  WEBHOOK_RETRY_DELAY: variable(
    'wait before the second try of a webhook; each next is four times as long',
    parseDuration,
    {
      default: '5s',
    },
  ),
  GC_REVIEW_DELAY: variable('how long after an event a blob is reviewed', parseDuration, { default: '1h' }),
  GC_BLOB_LEASE: variable('how long a blob that a pusher was told of is kept without a reference', parseDuration, {
    default: '1h',
  }),
  SHUTDOWN_GRACE: variable('how long running activities and transfers may go on after SIGTERM', parseDuration, {
    default: '20s',
  }),
  LOG_LEVEL: variable('least level of log lines', oneOf('trace', 'debug', 'info', 'warn', 'error'), {
    default: 'info',
  }),
} satisfies Record<string, Variable<unknown>>;

function parseSharedSecret(text: string): string {
  // It goes into a header, and into NGINX's configuration.
  if (!/^[\w-]{32,256}$/.test(text)) throw new InvalidValue('must be 32 to 256 letters, digits, "-" and "_"');
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
