import { type Client, imageManifest, signIn } from './client.ts';
import { type Connection, createConnection, type Request } from './connection.ts';
import { type Content, createContentSource } from './content.ts';
import type { Operation } from './load.ts';
import { namespace, numbered, type Target } from './target.ts';
import { NotPossibleError, type Workload } from './workload.ts';

const listed = 10_000;
const pageEntries = 100;
/** The header line of a client that takes OCI images. */
export const manifestAccept = 'Accept: application/vnd.oci.image.manifest.v1+json\r\n';

/** An image that was pushed. */
interface Image {
  readonly digest: string;
  readonly manifestBytes: number;
  readonly layer: Content;
}

/** Reads of manifests, blobs' heads and lists, and pushes of small images. */
export const metadataWorkloads: readonly Workload[] = [
  reading('manifest-get-tag', ({ manifestBytes }, base) => ({
    request: { method: 'GET', path: `${base}/manifests/latest`, headers: manifestAccept },
    bodyBytes: manifestBytes,
  })),
  reading('manifest-get-digest', ({ digest, manifestBytes }, base) => ({
    request: { method: 'GET', path: `${base}/manifests/${digest}`, headers: manifestAccept },
    bodyBytes: manifestBytes,
  })),
  reading('manifest-head', (_image, base) => ({
    request: { method: 'HEAD', path: `${base}/manifests/latest`, headers: manifestAccept },
    bodyBytes: 0,
  })),
  reading('blob-head', ({ layer }, base) => ({
    request: { method: 'HEAD', path: `${base}/blobs/${layer.digest}` },
    bodyBytes: 0,
  })),
  pushImages('push-image-small', 'bench-images'),
  tagList('tags-all', () => ''),
  tagList('tags-page', (turn) => pageQuery('tag', turn)),
  catalog('catalog-all', () => `?n=${listed}`),
  catalog('catalog-page', (turn) => pageQuery(`${namespace}/catalog`, turn)),
];

/** Pushes of images of one layer of 10 kB, under one tag: two blobs and a manifest each. */
export function pushImages(name: string, repository: string): Workload {
  return {
    name,
    kind: 'metadata',
    prepare: (target) => {
      const newConfig = createContentSource(1_000);
      const newLayer = createContentSource(10_000);
      return Promise.resolve(async () => {
        const client = await signIn(target, repository);
        return async (connection) => (await pushImage(client, connection, newConfig(), newLayer())).layer.sizeBytes;
      });
    },
  };
}

async function pushImage(client: Client, connection: Connection, config: Content, layer: Content): Promise<Image> {
  await client.push(connection, config);
  await client.push(connection, layer);
  const manifest = imageManifest(config, layer, '');
  const digest = await client.putManifest(connection, 'latest', manifest);
  return { digest, manifestBytes: manifest.length, layer };
}

async function pushOneImage(target: Target, repository: string): Promise<Image> {
  const client = await signIn(target, repository);
  const connection = createConnection(target);
  try {
    return await pushImage(client, connection, createContentSource(1_000)(), createContentSource(10_000)());
  } finally {
    connection.close();
  }
}

function reading(
  name: string,
  wanted: (image: Image, basePath: string) => { request: Request; bodyBytes: number },
): Workload {
  const repository = `bench-${name}`;
  return {
    name,
    kind: 'metadata',
    prepare: async (target) => {
      const image = await pushOneImage(target, repository);
      return async () => {
        const client = await signIn(target, repository);
        const { request, bodyBytes } = wanted(image, client.basePath);
        return async (connection) => {
          const answer = await client.ask(connection, request, 200);
          if (answer.bodyBytes !== bodyBytes)
            throw new Error(`the answer has ${answer.bodyBytes} of ${bodyBytes} bytes`);
          return answer.bodyBytes;
        };
      };
    },
  };
}

function pageQuery(prefix: string, turn: number): string {
  // 7,919 is prime to the number of pages: every page has its turn, and none follows its neighbour.
  const after = ((turn * 7_919) % (listed / pageEntries - 1)) * pageEntries + 1;
  return `?n=${pageEntries}&last=${encodeURIComponent(numbered(prefix, after))}`;
}

function tagList(name: string, query: (turn: number) => string): Workload {
  const repository = 'bench-tags';
  return {
    name,
    kind: 'metadata',
    prepare: async (target) => {
      if (!target.fill) throw new NotPossibleError(`it would take ${listed} pushes to fill it`);
      const { digest } = await pushOneImage(target, repository);
      await target.fill.tags(repository, digest, listed);
      return async () => {
        const authorization = await target.authorize(`repository:${namespace}/${repository}:pull`);
        return listOperation(`/v2/${namespace}/${repository}/tags/list`, authorization, query, (body) => {
          return (body as { tags: readonly string[] }).tags.length;
        });
      };
    },
  };
}

function catalog(name: string, query: (turn: number) => string): Workload {
  return {
    name,
    kind: 'metadata',
    prepare: async (target) => {
      if (!target.fill) throw new NotPossibleError(`it would take ${listed} pushes to fill it`);
      await target.fill.repositories(listed);
      return async () => {
        const authorization = await target.authorize('registry:catalog:*');
        return listOperation('/v2/_catalog', authorization, query, (body) => {
          return (body as { repositories: readonly string[] }).repositories.length;
        });
      };
    },
  };
}

function listOperation(
  path: string,
  headers: string,
  query: (turn: number) => string,
  count: (body: unknown) => number,
): Operation {
  let turn = 0;
  return async (connection) => {
    const isChecked = turn === 0;
    const parts: Buffer[] = [];
    const wanted = query(turn++);
    const answer = await connection.send({
      method: 'GET',
      path: path + wanted,
      headers,
      // Parsing every answer would cost as much as many a server's making of it.
      ...(isChecked && { onBody: (bytes: Uint8Array) => parts.push(Buffer.from(bytes)) }),
    });
    if (answer.status !== 200) throw new Error(`GET ${path} answered ${answer.status}`);
    const expected = wanted.includes('last=') ? pageEntries : listed;
    // No entry has fewer than 9 bytes with its quotes and its comma.
    if (answer.bodyBytes < expected * 9) throw new Error(`a list has ${answer.bodyBytes} bytes`);
    if (isChecked) {
      const entries = count(JSON.parse(Buffer.concat(parts).toString()));
      if (entries < expected) throw new Error(`a list has ${entries} of ${expected} entries`);
    }
    return answer.bodyBytes;
  };
}
