import { readFile } from 'node:fs/promises';
import { isIP, isIPv6 } from 'node:net';
import { clientCertificateHeader, nginxLocations, nginxSecretHeader } from '../registry/http/nginx-hand-over.ts';

/** What the configuration of one NGINX is made of. Paths are absolute. */
export interface NginxSettings {
  /** Where clients come in. */
  readonly host: string;
  readonly port: number;
  /** PEM files; undefined: plain HTTP. */
  readonly tls:
    | {
        readonly certFile: string;
        readonly keyFile: string;
        /** The authorities of clients' certificates; undefined: clients are not asked for one. */
        readonly clientCaFile: string | undefined;
      }
    | undefined;
  /** Where Node listens: `host:port`, or `unix:` and the path of a socket. */
  readonly upstream: string;
  /** What NGINX proves itself to Node with (NGINX_SECRET). */
  readonly secret: string;
  /** Requests that one client may have under way at once, where a client is an IPv4 address or an IPv6 /64. */
  readonly maxConnectionsPerAddress: number;
  /** The folder of the filesystem blob store. */
  readonly blobsPath: string;
  /** Written with NGINX's process id. */
  readonly pidPath: string;
  /** A folder that NGINX makes; its parent has to exist. */
  readonly temporaryPath: string;
  /** Whom NGINX serves as, which has to be somebody who may read blobs; only where it is started by root. */
  readonly user: string | undefined;
}

/** A setting cannot be written into NGINX's configuration. The message names it and says what it must be. */
export class NginxSettingError extends Error {
  override name = 'NginxSettingError';
}

/**
 * Fills in `nginx.conf.template`.
 *
 * @throws NginxSettingError for a value that NGINX would not take for what it is
 */
export async function renderNginxConfig(settings: NginxSettings): Promise<string> {
  const { tls, user } = settings;
  const values: Readonly<Record<string, string>> = {
    userLine: user === undefined ? '' : `user ${checked('the user', user, /^\w[\w.-]*$/)};`,
    listen: `${listenAddress(settings.host, settings.port)}${tls ? ' ssl' : ''}`,
    tlsLines: tls ? tlsLines(tls) : '',
    clientCertificateLines: tls?.clientCaFile === undefined ? '' : clientCertificateLines,
    clientCertificateHeader,
    clientCertificate: tls?.clientCaFile === undefined ? '""' : '$jobrunner_verified_certificate',
    upstream: upstreamAddress(settings.upstream),
    maxConnectionsPerAddress: String(settings.maxConnectionsPerAddress),
    secret: checked('the secret', settings.secret, /^[\w-]{32,256}$/),
    secretHeader: nginxSecretHeader,
    wholeLocation: nginxLocations.whole,
    rangeLocation: nginxLocations.range,
    blobsPath: quotedPath(`${settings.blobsPath}/`),
    pidPath: quotedPath(settings.pidPath),
    temporaryPath: quotedPath(settings.temporaryPath),
  };
  const template = await readFile(new URL('./nginx.conf.template', import.meta.url), 'utf8');
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`nginx.conf.template names {{${name}}}, which does not exist`);
    return value;
  });
}

function checked(what: string, value: string, pattern: RegExp): string {
  // A secret must not be shown, whatever is wrong with it.
  if (!pattern.test(value)) throw new NginxSettingError(`${what} of NGINX must match ${pattern}`);
  return value;
}

function listenAddress(host: string, port: number): string {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new NginxSettingError(`PORT must be from 1 to 65535 with NGINX, not ${port}`);
  }
  if (isIP(host) === 0 && !/^[a-z\d]([a-z\d.-]*[a-z\d])?$/i.test(host)) {
    throw new NginxSettingError(`HOST must be an address or a host name, not ${JSON.stringify(host)}`);
  }
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

function upstreamAddress(upstream: string): string {
  if (upstream.startsWith('unix:/')) return quotedPath(upstream);
  return checked('the upstream', upstream, /^([a-z\d.-]+|\[[\da-f:]+\]):\d{1,5}$/i);
}

// A certificate that the CA has not signed gets as far as Node, which says so in the shape of the API.
const clientCertificateLines = `map $ssl_client_verify $jobrunner_verified_certificate {
    SUCCESS $ssl_client_escaped_cert;
    NONE "";
    default $ssl_client_verify;
  }`;

function tlsLines({ certFile, keyFile, clientCaFile }: NonNullable<NginxSettings['tls']>): string {
  return [
    `ssl_certificate ${quotedPath(certFile)};`,
    `ssl_certificate_key ${quotedPath(keyFile)};`,
    'ssl_protocols TLSv1.2 TLSv1.3;',
    'ssl_session_cache shared:tls:10m;',
    'ssl_session_tickets off;',
    ...(clientCaFile === undefined
      ? []
      : [
          `ssl_client_certificate ${quotedPath(clientCaFile)};`,
          'ssl_verify_client optional_no_ca;',
          'ssl_verify_depth 5;',
        ]),
  ].join('\n    ');
}

function quotedPath(path: string): string {
  // In a path "$" would begin the name of a variable, and cannot be escaped.
  if (/[$\p{Cc}]/u.test(path)) {
    throw new NginxSettingError(`NGINX cannot use a path with "$" or control characters: ${JSON.stringify(path)}`);
  }
  return `"${path.replaceAll(/[\\"]/g, '\\$&')}"`;
}
