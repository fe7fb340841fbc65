import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import type pg from 'pg';
import { findActiveAccount } from '../../accounts/accounts.ts';
import { mayCreateRepositories, readableRepositories } from '../../accounts/policy/access.ts';
import { grantScopes } from '../../accounts/policy/grant-scopes.ts';
import { createListener } from '../../database/listener.ts';
import {
  type AccessGrant,
  InvalidCredentialsError,
  InvalidTokenError,
  type TokenClaims,
} from '../../registry/http/access.ts';
import type { BlobStore } from '../../registry/store/blob-store.ts';
import { cacheApplicationName } from '../../registry/cache/invalidations.ts';
import { createCoherentCache } from '../../registry/cache/coherent-cache.ts';
import { defaultSettings, type Settings } from '../../settings/settings.ts';
import { createFilesystemBlobStore } from '../../registry/store/filesystem-blob-store.ts';
import type { Logger } from '../../log/logger.ts';
import { createRegistry, type Registry, type RequestSummary } from '../../registry/http/registry.ts';
import { createHttpServer } from '../../server/http.ts';
import { createTestDatabase } from '../support/postgres.ts';

export interface TestResponse {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  /** The code of the first error, or empty. */
  readonly code: string;
  /** The message of the first error, or empty. */
  readonly message: string;
}

export interface TestRequest {
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: Uint8Array | string;
  /** Whether the body goes without an announced length. */
  readonly isChunked?: boolean;
  /** Undefined: all that the path's repository needs; null: no token at all. */
  readonly access?: readonly AccessGrant[] | null;
  /** Whose token it is; `admin` by default. */
  readonly subject?: string;
}

/** One process's worth of registry, on a port of its own. */
export interface TestNode {
  readonly port: number;
  readonly registry: Registry;
  readonly send: (method: string, path: string, request?: TestRequest) => Promise<TestResponse>;
}

export interface TestRegistry extends TestNode {
  readonly pool: pg.Pool;
  readonly blobStore: BlobStore;
  /** Folder of the blob store. */
  readonly rootPath: string;
  readonly summaries: RequestSummary[];
  /** What went to the error log. */
  readonly errors: unknown[];
  /** How often the dispatcher was woken. */
  readonly wakeUps: () => number;
  /** Another process on the same database and blob store. */
  readonly addNode: () => Promise<TestNode>;
  /** Names of the files of final objects. */
  readonly objects: () => Promise<string[]>;
  /** Names of the files of unfinished objects. */
  readonly unfinished: () => Promise<string[]>;
}

/** Every action on each of the repositories. */
export function fullAccess(...names: string[]): AccessGrant[] {
  return names.map((name) => ({ type: 'repository', name, actions: ['pull', 'push', 'delete'] }));
}

export interface TestRegistryOptions {
  readonly wrapStore?: (store: BlobStore) => BlobStore;
  readonly acceptsSparse?: boolean;
  /** Whether a push makes its repository; true by default. */
  readonly createsOnPush?: boolean;
  /** Whether writes are refused; they are not by default. */
  readonly isReadOnly?: () => boolean;
  readonly maxUploadBytes?: number;
  /** Those that are not as they are by default. */
  readonly limits?: Partial<Settings>;
  readonly nginxSecret?: string;
}

/** Starts a registry with the administrator `admin`, the user `ada` and the organization `acme` over a fresh database and folder. */
export async function startRegistry(t: TestContext, options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const { pool, url } = await createTestDatabase(t);
  await pool.query(`INSERT INTO accounts.accounts (name, is_org, is_admin)
     VALUES ('admin', false, true), ('ada', false, false), ('acme', true, false)`);
  const rootPath = await mkdtemp(path.join(tmpdir(), 'registry-'));
  t.after(() => rm(rootPath, { recursive: true, force: true }));
  const { wrapStore = (store) => store } = options;
  const blobStore = wrapStore(await createFilesystemBlobStore({ rootPath }));
  const summaries: RequestSummary[] = [];
  const errors: unknown[] = [];
  let wakeUps = 0;

  const log: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: (fields) => errors.push(fields),
  };

  async function addNode(): Promise<TestNode> {
    const listener = createListener({
      connectionString: url,
      applicationName: cacheApplicationName,
      // The database goes before the listener does.
      onError: () => undefined,
    });
    const cache = createCoherentCache({ pool, listener, log });
    const registry = createRegistry({
      maxUploadBytes: options.maxUploadBytes ?? 50 * 1024 ** 3,
      pool,
      blobStore,
      cache,
      wakeDispatcher: { send: () => void wakeUps++ },
      publicUrl: 'https://registry.example:8443',
      publicUrlOf: () => 'https://registry.example:8443',
      nginxSecret: options.nginxSecret,
      clientAddress: ({ socket }) => socket.remoteAddress ?? '',
      service: 'registry.example',
      findReadable: (subject) => readableRepositories(pool, subject),
      creation: {
        isOn: () => options.createsOnPush ?? true,
        isAllowed: (subject, namespace) => mayCreateRepositories(pool, subject, namespace),
      },
      limits: () => ({ ...defaultSettings, ...options.limits }),
      isReadOnly: options.isReadOnly ?? (() => false),
      acceptsSparse: options.acceptsSparse ?? false,
      verifyToken: (jwt) => Promise.resolve(decodeToken(jwt)),
      grantBasic: async ({ headers }, wanted) => {
        const [name = '', secret] = decodeBasic(headers.authorization).split(':');
        const account = secret === basicPassword ? await findActiveAccount(pool, name) : undefined;
        if (!account) throw new InvalidCredentialsError('user name or password is wrong');
        return { subject: name, access: await grantScopes(pool, account, wanted) };
      },
      log,
      onRequestEnd: (summary) => summaries.push(summary),
    });
    const server = createHttpServer(registry.handle, { registry: registry.handle });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    t.after(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await registry.close();
      cache.close();
      await listener.close();
    });
    return { port, registry, send: (method, target, request) => send(port, method, target, request) };
  }

  const node = await addNode();
  return {
    ...node,
    pool,
    blobStore,
    rootPath,
    summaries,
    errors,
    wakeUps: () => wakeUps,
    addNode,
    objects: async () => {
      const entries = await readdir(path.join(rootPath, 'blobs'), { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
    },
    unfinished: () => readdir(path.join(rootPath, 'uploads')),
  };
}

/** What every account of a test registry has as its password. */
const basicPassword = 'correct horse battery';

function decodeBasic(header = ''): string {
  return Buffer.from(header.replace(/^Basic /, ''), 'base64').toString();
}

/** `Authorization: Basic` of an account. */
export function basic(name: string, secret = basicPassword): { readonly Authorization: string } {
  return { Authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}` };
}

function decodeToken(jwt: string): TokenClaims {
  if (jwt === 'expired') throw new InvalidTokenError('it has expired');
  return JSON.parse(Buffer.from(jwt, 'base64url').toString()) as TokenClaims;
}

/** The `Authorization` header of a request for `target`. */
export function authorization(target: string, access?: readonly AccessGrant[], subject = 'admin'): string {
  const name = /^\/v2\/(.+?)\/(?:blobs|manifests|tags|referrers)\//.exec(target)?.[1];
  const claims: TokenClaims = { subject, access: access ?? (name === undefined ? [] : fullAccess(name)) };
  return `Bearer ${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
}

async function send(port: number, method: string, target: string, request: TestRequest = {}): Promise<TestResponse> {
  const { access, subject, body, headers, isChunked = false } = request;
  return new Promise((resolve, reject) => {
    const req = http.request(
      {
        port,
        host: '127.0.0.1',
        method,
        path: target,
        agent: false,
        headers: {
          ...(access !== null && { Authorization: authorization(target, access, subject) }),
          ...(body !== undefined && !isChunked && { 'Content-Length': Buffer.byteLength(body) }),
          ...(isChunked && { 'Transfer-Encoding': 'chunked' }),
          ...headers,
        },
      },
      (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('error', reject);
        res.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const error = res.statusCode !== undefined && res.statusCode >= 400 ? firstError(bytes) : undefined;
          resolve({
            status: res.statusCode ?? 0,
            headers: res.headers,
            body: bytes,
            code: error?.code ?? '',
            message: error?.message ?? '',
          });
        });
      },
    );
    req.on('error', reject);
    req.end(body);
  });
}

function firstError(body: Buffer): { code: string; message: string } | undefined {
  if (body.length === 0) return undefined;
  return (JSON.parse(body.toString()) as { errors: { code: string; message: string }[] }).errors[0];
}

/** Random content with its digest. */
export function randomBlob(sizeBytes = 1_000): { bytes: Buffer; digest: string } {
  const bytes = randomBytes(sizeBytes);
  return { bytes, digest: sha256(bytes) };
}

export function sha256(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Pushes a blob in one request. */
export async function pushBlob(node: TestNode, name: string, bytes: Uint8Array | string): Promise<string> {
  const digest = sha256(bytes);
  const response = await node.send('POST', `/v2/${name}/blobs/uploads/?digest=${digest}`, { body: bytes });
  if (response.status !== 201) throw new Error(`push of a blob: ${response.status} ${response.message}`);
  return digest;
}

export const imageType = 'application/vnd.oci.image.manifest.v1+json';
export const indexType = 'application/vnd.oci.image.index.v1+json';

export interface TestImage {
  readonly manifest: string;
  readonly digest: string;
  readonly layers: readonly string[];
}

/** Pushes the config and the layers of an image, and gives the manifest that would complete it. */
export async function pushLayers(node: TestNode, name: string, layers = [randomBlob().bytes]): Promise<TestImage> {
  const config = JSON.stringify({ os: 'linux', architecture: 'arm64', unique: randomBytes(8).toString('hex') });
  const digests = [await pushBlob(node, name, config)];
  for (const layer of layers) digests.push(await pushBlob(node, name, layer));
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: imageType,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digests[0], size: config.length },
    layers: layers.map((layer, index) => ({
      mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      digest: digests[index + 1],
      size: layer.length,
    })),
  });
  return { manifest, digest: sha256(manifest), layers: digests };
}

/** Puts a manifest under a tag or digest. */
export async function putManifest(
  node: TestNode,
  name: string,
  reference: string,
  manifest: string,
  type = imageType,
): Promise<TestResponse> {
  return node.send('PUT', `/v2/${name}/manifests/${reference}`, { body: manifest, headers: { 'Content-Type': type } });
}

/** Pushes a whole image under a tag. */
export async function pushImage(node: TestNode, name: string, tag: string): Promise<TestImage> {
  const image = await pushLayers(node, name);
  const response = await putManifest(node, name, tag, image.manifest);
  if (response.status !== 201) throw new Error(`push of a manifest: ${response.status} ${response.message}`);
  return image;
}

/** The statuses of responses, in order of size. */
export function statusesOf(responses: readonly TestResponse[]): number[] {
  return responses.map(({ status }) => status).sort((a, b) => a - b);
}

/** Asks again and again, until it is so; fails after 5 s. */
export async function eventually(check: () => Promise<boolean>): Promise<void> {
  for (const endMs = Date.now() + 5_000; !(await check());) {
    if (Date.now() > endMs) throw new Error('it did not come to be so within 5 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
