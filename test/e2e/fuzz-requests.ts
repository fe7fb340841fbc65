import type { Random } from '../support/random.ts';

/** What is there to be found by requests that happen to be right. */
export interface FuzzTargets {
  readonly repository: string;
  readonly tag: string;
  readonly manifestDigest: string;
  readonly blobDigest: string;
  readonly uploadId: string;
  /** Values of `Authorization`, the good and the bad. */
  readonly authorizations: readonly [string, ...string[]];
}

/** A request as bytes, and what the server may be held to. */
export interface FuzzRequest {
  readonly bytes: Buffer;
  readonly method: string;
}

type Many = readonly [string, ...string[]];

const methods: Many = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const oddMethods: Many = ['get', 'CONNECT', 'TRACE', 'PROPFIND', 'FOO', '', 'GET\0', 'M'.repeat(3_000), 'GET GET'];
const versions: Many = ['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0'];
const oddVersions: Many = ['HTTP/0.9', 'HTTP/2.0', 'HTTP/9.9', 'http/1.1', '', 'HTTP/1.1 x', 'HTTP/1.10000000000'];
const junk: Many = [
  '',
  '%',
  '%00',
  '%0d%0aX-Injected:%20yes',
  '%2e%2e',
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '..',
  '../../../../etc/passwd',
  '..%5c..%5c',
  '%c0%ae%c0%ae',
  '%ff%fe',
  '%F0%9F%92%A9',
  '\u00e9\u4e16',
  '%ed%a0%80',
  "';DROP TABLE registry.blobs;--",
  '${jndi:ldap://x}',
  '<script>',
  '__proto__',
  'constructor',
  'a//b',
  '-',
  '~root',
  '%252e%252e',
  '?',
  '#',
  'x'.repeat(255),
  'x'.repeat(300),
  'x/'.repeat(400),
  '9'.repeat(400),
  'x'.repeat(9_000),
];
const numbers: Many = [
  '0',
  '1',
  '-1',
  '+1',
  '00',
  '1e3',
  '0x10',
  'NaN',
  '4294967296',
  '9007199254740993',
  '9223372036854775808',
  '99999999999999999999999999',
  '1.5',
  ' 7',
  '',
];

/** Makes one request out of choices: mostly right in most places, and wrong in some. */
export function fuzzRequest(random: Random, targets: FuzzTargets): FuzzRequest {
  const method = random.chance(0.96) ? random.pick(methods) : random.pick(oddMethods);
  const version = random.chance(0.98) ? random.pick(versions) : random.pick(oddVersions);
  const body = fuzzBody(random);
  const lines = [
    `${method} ${fuzzTarget(random, targets)} ${version}`,
    ...fuzzHeaders(random, targets, body.length),
    '',
    '',
  ];
  const lineEnd = random.chance(0.97) ? '\r\n' : random.pick(['\n', '\r', '\r\n ']);
  const head = Buffer.from(lines.join(lineEnd), random.chance(0.5) ? 'utf8' : 'latin1');
  const bytes = Buffer.concat([head, body]);
  if (random.chance(0.05)) bytes[random.below(bytes.length)] = random.below(256);
  return { bytes, method };
}

function fuzzTarget(random: Random, targets: FuzzTargets): string {
  if (random.chance(0.12)) return `/auth/token${fuzzQuery(random, targets)}`;
  const prefix: Many = [
    '/v2/',
    '/v2/',
    '/v2/',
    '/v2/',
    '/v2/',
    'http://localhost/v2/',
    '//v2/',
    '/v2//',
    '/v2/./',
    '/v2',
  ];
  const repository = random.chance(0.7)
    ? targets.repository
    : `${random.pick(['admin/', '', 'x/'])}${random.pick(junk)}`;
  const reference = fuzzReference(random, targets);
  const rest: Many = [
    `blobs/${reference}`,
    `manifests/${reference}`,
    'blobs/uploads/',
    `blobs/uploads/${random.chance(0.5) ? targets.uploadId : reference}`,
    'tags/list',
    reference,
    `${random.pick(junk)}/${reference}`,
  ];
  const path = random.chance(0.05)
    ? random.pick(['_catalog', '', random.pick(junk)])
    : `${repository}/${random.pick(rest)}`;
  return `${random.pick(prefix)}${path}${fuzzQuery(random, targets)}`;
}

function fuzzReference(random: Random, { tag, manifestDigest, blobDigest }: FuzzTargets): string {
  const digests: Many = [
    manifestDigest,
    blobDigest,
    blobDigest.toUpperCase(),
    `${blobDigest}0`,
    blobDigest.slice(0, -1),
    blobDigest.replace(':', '%3A'),
    blobDigest.replace('sha256', 'sha512'),
    blobDigest.replace('sha256', 'md5'),
    blobDigest.replace(':', '::'),
    blobDigest.replace(':', ''),
    `sha256:${'g'.repeat(64)}`,
    `sha256:../${'0'.repeat(61)}`,
    `sha512:${'a'.repeat(128)}`,
    'sha256:',
    ':',
    `${'a'.repeat(2_000)}:${'b'.repeat(2_000)}`,
    `sha256+b64u:${'a'.repeat(43)}`,
  ];
  return random.pick([tag, 'latest', random.pick(digests), random.pick(digests), random.pick(junk)]);
}

function fuzzQuery(random: Random, targets: FuzzTargets): string {
  if (random.chance(0.5)) return '';
  const names: Many = [
    'digest',
    'mount',
    'from',
    'n',
    'last',
    'digest-algorithm',
    'tag',
    'service',
    'scope',
    'account',
    random.pick(junk),
  ];
  const values: Many = [
    fuzzReference(random, targets),
    targets.repository,
    `repository:${targets.repository}:pull,push`,
    `repository:${random.pick(junk)}:*`,
    random.pick(numbers),
    random.pick(junk),
  ];
  const pairs = Array.from({ length: 1 + random.below(4) }, () => `${random.pick(names)}=${random.pick(values)}`);
  return `?${pairs.join('&')}`;
}

function fuzzHeaders(random: Random, targets: FuzzTargets, bodyBytes: number): string[] {
  const lines = random.chance(0.97) ? ['Host: localhost'] : [random.pick(['Host: a\r\nHost: b', 'Host:', 'X: y'])];
  const authorization = random.chance(0.8) ? targets.authorizations[0] : random.pick(targets.authorizations);
  if (random.chance(0.95)) lines.push(`Authorization: ${authorization}`);
  if (bodyBytes > 0) lines.push(`Content-Length: ${random.chance(0.95) ? bodyBytes : random.pick(numbers)}`);
  const [a, b] = [random.pick(numbers), random.pick(numbers)];
  const others: Many = [
    `Range: bytes=${a}-${b}`,
    `Range: ${random.pick(['bytes=-', 'bytes=0-1,3-4', 'lines=1-2', `bytes=${'0-1,'.repeat(1_000)}`, 'bytes=--1'])}`,
    `Content-Range: ${a}-${b}`,
    `Content-Range: bytes ${a}-${b}/*`,
    `Content-Range: ${random.pick(junk)}`,
    `Content-Type: ${random.pick(['application/vnd.oci.image.manifest.v1+json', 'application/vnd.oci.image.index.v1+json', 'text/plain', ';;;', random.pick(junk)])}`,
    `If-None-Match: ${random.pick(['*', `"${targets.blobDigest}"`, 'W/', '"'.repeat(500), random.pick(junk)])}`,
    `If-Range: ${random.pick(junk)}`,
    `Accept: ${random.pick(['*/*', 'q=;', random.pick(junk)])}`,
    `X-Request-Id: ${random.pick(junk)}`,
    `Transfer-Encoding: ${random.pick(['chunked', 'identity', 'chunked, chunked', 'xchunked', ' chunked', 'gzip'])}`,
    `Content-Length: ${a}`,
    `Content-Length : 5`,
    `Expect: ${random.pick(['100-continue', '200-ok', ''])}`,
    `Connection: ${random.pick(['close', 'keep-alive', 'upgrade', 'Authorization'])}`,
    `Upgrade: ${random.pick(['websocket', 'h2c'])}`,
    `Accept-Encoding: ${random.pick(junk)}`,
    `Authorization: ${random.pick(targets.authorizations)}`,
    `X-Forwarded-Host: ${random.pick(junk)}`,
    ` folded: ${random.pick(junk)}`,
    `${random.pick(junk)}: x`,
    'X-Many: 1\r\n'.repeat(random.below(300)) + 'X-End: 1',
    `X-Long: ${'x'.repeat(random.below(20_000))}`,
  ];
  const count = random.below(3);
  for (let index = 0; index < count; index++) lines.push(random.pick(others));
  return lines;
}

function fuzzBody(random: Random): Buffer {
  if (random.chance(0.6)) return Buffer.alloc(0);
  const texts: Many = [
    '{}',
    '[]',
    'null',
    '{"schemaVersion":2}',
    '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{},"layers":[]}',
    '{"schemaVersion":2,"manifests":[]}',
    '{"schemaVersion":2,"mediaType":"\\u0000"}',
    '{"__proto__":{"schemaVersion":2}}',
    '5\r\nhello\r\n0\r\n\r\n',
    'ffffffffffffffff\r\nx',
    '-1\r\nx\r\n',
    '\0\0\0\0',
    'x'.repeat(random.below(5_000)),
  ];
  return Buffer.from(random.pick(texts));
}
