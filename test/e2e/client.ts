import { createHash, randomBytes } from 'node:crypto';
import { eventually } from './eventually.ts';

/** A job as the API shows it, as far as tests look at it. */
export interface Job {
  readonly id: string;
  readonly action: string;
  readonly status: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly repository: string;
  readonly workerID: string;
  readonly failure: string | null;
  readonly result: Readonly<Record<string, unknown>> | null;
}

export interface Answer<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON, else text. */
  readonly body: T;
}

export interface Request {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer> | string;
  /** Default: all actions on the repository of the path; null: no token. */
  readonly scope?: string | null;
}

/** A user of a running Jobrunner, over plain HTTP. */
export interface Client {
  readonly baseUrl: string;
  /** Calls `/api/v0` with a token; `path` is below it. */
  api<T = unknown>(method: string, path: string, body?: unknown): Promise<Answer<T>>;
  /** Calls `/v2` with a token for the repository that the path names. */
  registry<T = unknown>(method: string, path: string, request?: Request): Promise<Answer<T>>;
  /** A token for the registry. */
  token(scope: string): Promise<string>;
  /** A token for the API. */
  apiToken(): Promise<string>;
  /** Pushes a blob in one request; returns its digest. */
  pushBlob(repository: string, bytes: Uint8Array<ArrayBuffer>): Promise<string>;
  /** Pushes a small image of its own under a tag; returns its digest. */
  pushImage(repository: string, tag: string, layer?: Uint8Array<ArrayBuffer>): Promise<string>;
  /** Subscribes an endpoint to a kind of event of a namespace or repository; returns the webhook's id. */
  subscribe(type: string, key: string, endpoint: string): Promise<string>;
  /** Asks for a job; returns its id. */
  startJob(action: string, parameters?: Readonly<Record<string, string>>): Promise<string>;
  findJob(jobId: string): Promise<Job | undefined>;
  /** Waits until the job has one of the statuses. */
  waitForJob(jobId: string, statuses: readonly string[], timeoutMs?: number): Promise<Job>;
  /** Jobs of an action, the newest first. */
  listJobs(action: string): Promise<Job[]>;
  /** The lines of a job's log, parsed. */
  jobLog(jobId: string): Promise<Record<string, unknown>[]>;
}

export const imageType = 'application/vnd.oci.image.manifest.v1+json';
const tokenLifeMs = 200_000;

/** The digest of bytes, as the registry names it. */
export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** An image manifest with a config and layers that have been pushed. */
export function imageManifest(
  config: { digest: string; size: number },
  layers: readonly { digest: string; size: number }[],
): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: imageType,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
    layers: layers.map((layer) => ({ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', ...layer })),
  });
}

/** A user, by default the administrator, as a client of the server at `baseUrl`. */
export function createClient(baseUrl: string, password: string, name = 'admin'): Client {
  const tokens = new Map<string, { token: string; untilMs: number }>();
  const basic = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

  async function token(scope: string): Promise<string> {
    return tokenOf('jobrunner', scope);
  }

  async function tokenOf(service: string, scope: string): Promise<string> {
    const key = `${service} ${scope}`;
    const known = tokens.get(key);
    if (known && performance.now() < known.untilMs) return known.token;
    const query = new URLSearchParams({ service, ...(scope && { scope }) });
    const response = await fetch(`${baseUrl}/auth/token?${query.toString()}`, { headers: { authorization: basic } });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`no token: ${response.status} ${text}`);
    const made = (JSON.parse(text) as { token: string }).token;
    tokens.set(key, { token: made, untilMs: performance.now() + tokenLifeMs });
    return made;
  }

  const apiToken = (): Promise<string> => tokenOf('jobrunner-api', '');

  async function api<T>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const response = await fetch(`${baseUrl}/api/v0${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await apiToken()}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return read<T>(response);
  }

  async function registry<T>(method: string, path: string, request: Request = {}): Promise<Answer<T>> {
    const repository = /^\/(.+?)\/(?:blobs|manifests|tags)\//.exec(path)?.[1] ?? '';
    const { scope = repository && `repository:${repository}:pull,push,delete` } = request;
    const response = await fetch(`${baseUrl}/v2${path}`, {
      method,
      headers: { ...(scope !== null && { authorization: `Bearer ${await token(scope)}` }), ...request.headers },
      ...(request.body !== undefined && { body: request.body }),
    });
    return read<T>(response);
  }

  async function pushBlob(repository: string, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
    const digest = digestOf(bytes);
    const headers = { 'content-type': 'application/octet-stream' };
    expectStatus(
      201,
      await registry('POST', `/${repository}/blobs/uploads/?digest=${digest}`, { body: bytes, headers }),
    );
    return digest;
  }

  async function findJob(jobId: string): Promise<Job | undefined> {
    const { status, body } = await api<Job>('GET', `/jobs/${encodeURIComponent(jobId)}`);
    return status === 200 ? body : undefined;
  }

  return {
    baseUrl,
    api,
    registry,
    token,
    apiToken,
    pushBlob,
    findJob,
    pushImage: async (repository, tag, layer = randomBytes(1_000)) => {
      const config = Buffer.from(JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: {}, tag }));
      const configDigest = await pushBlob(repository, config);
      const layerDigest = await pushBlob(repository, layer);
      const manifest = imageManifest({ digest: configDigest, size: config.length }, [
        { digest: layerDigest, size: layer.length },
      ]);
      const headers = { 'content-type': imageType };
      expectStatus(201, await registry('PUT', `/${repository}/manifests/${tag}`, { body: manifest, headers }));
      return digestOf(manifest);
    },
    subscribe: async (type, key, endpoint) =>
      expectStatus(201, await api<{ id: string }>('POST', '/webhooks', { type, key, endpoint })).id,
    startJob: async (action, parameters = {}) =>
      expectStatus(202, await api<Job>('POST', '/jobs', { action, parameters })).id,
    waitForJob: (jobId, statuses, timeoutMs = 30_000) =>
      eventually(
        `job ${jobId} to be ${statuses.join(' or ')}`,
        async () => {
          const job = await findJob(jobId);
          return job && statuses.includes(job.status) ? job : undefined;
        },
        { timeoutMs },
      ),
    listJobs: async (action) =>
      expectStatus(200, await api<{ jobs: Job[] }>('GET', `/jobs?action=${action}&limit=1000`)).jobs,
    jobLog: async (jobId) => {
      const path = `/jobs/${encodeURIComponent(jobId)}/logs`;
      const lines = expectStatus(200, await api<{ data: string }[]>('GET', path));
      return lines.map(({ data }) => JSON.parse(data) as Record<string, unknown>);
    },
  };
}

async function read<T>(response: Response): Promise<Answer<T>> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, headers: response.headers, body: (isJson && text ? JSON.parse(text) : text) as T };
}

/** The body of an answer that has the status; any other status is an error that shows the body. */
export function expectStatus<T>(status: number, answer: Answer<T>): T {
  if (answer.status === status) return answer.body;
  throw new Error(`answered ${answer.status}, not ${status}: ${JSON.stringify(answer.body)}`);
}
