import type { Connection, Request } from './connection.ts';
import { chunksOf, type Content } from './content.ts';
import { type Answer, headerOf } from './response-reader.ts';
import { namespace, type Target } from './target.ts';

/** The registry's protocol over one connection at a time; every answer is checked. */
export interface Client {
  /** @throws Error where the answer has another status */
  ask(connection: Connection, request: Request, status: number): Promise<Answer>;
  /** Pushes a blob by POST and one PUT (OCI distribution specification, "Pushing a blob monolithically"). */
  push(connection: Connection, content: Content): Promise<void>;
  /** Pushes a blob by POST, PATCHes of `chunkBytes`, and an empty PUT ("Pushing a blob in chunks"). */
  pushChunked(connection: Connection, content: Content, chunkBytes: number): Promise<void>;
  /** Puts a manifest under a tag or digest. Gives its digest. */
  putManifest(connection: Connection, reference: string, manifest: Buffer): Promise<string>;
  /** `/v2/<name>` of its repository. */
  readonly basePath: string;
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const binary = 'Content-Type: application/octet-stream\r\n';

/** Signs in to one repository of a registry, below the namespace of the bench. Lasts as long as a token: 5 minutes. */
export async function signIn(target: Target, repository: string): Promise<Client> {
  const full = `${namespace}/${repository}`;
  const authorization = await target.authorize(`repository:${full}:pull,push`);
  const basePath = `/v2/${full}`;

  async function ask(connection: Connection, request: Request, status: number): Promise<Answer> {
    const answer = await connection.send({ ...request, headers: authorization + (request.headers ?? '') });
    if (answer.status !== status)
      throw new Error(`${request.method} ${request.path.split('?')[0]} answered ${answer.status}`);
    return answer;
  }

  async function start(connection: Connection): Promise<string> {
    return locationOf(await ask(connection, { method: 'POST', path: `${basePath}/blobs/uploads/` }, 202));
  }

  function finish(connection: Connection, location: string, digest: string, body: readonly Uint8Array[]) {
    const path = `${location}${location.includes('?') ? '&' : '?'}digest=${digest}`;
    return ask(connection, { method: 'PUT', path, headers: binary, body }, 201);
  }

  return {
    ask,
    basePath,
    push: async (connection, content) => {
      await finish(connection, await start(connection), content.digest, content.parts);
    },
    pushChunked: async (connection, content, chunkBytes) => {
      let location = await start(connection);
      let at = 0;
      for (const body of chunksOf(content, chunkBytes)) {
        const end = at + body.reduce((sum, part) => sum + part.length, 0);
        const headers = `${binary}Content-Range: ${at}-${end - 1}\r\n`;
        location = locationOf(await ask(connection, { method: 'PATCH', path: location, headers, body }, 202));
        at = end;
      }
      await finish(connection, location, content.digest, []);
    },
    putManifest: async (connection, reference, manifest) => {
      const path = `${basePath}/manifests/${reference}`;
      const headers = `Content-Type: ${manifestType}\r\n`;
      const answer = await ask(connection, { method: 'PUT', path, headers, body: [manifest] }, 201);
      return headerOf(answer.head, 'docker-content-digest') ?? '';
    },
  };
}

function locationOf({ head }: Answer): string {
  const location = headerOf(head, 'location');
  if (location === undefined) throw new Error('an answer to an upload has no Location');
  const { pathname, search } = new URL(location, 'http://localhost');
  return pathname + search;
}

/** The manifest of an image of one layer. `note` makes it another one. */
export function imageManifest(config: Content, layer: Content, note: string): Buffer {
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: {
        mediaType: 'application/vnd.oci.image.config.v1+json',
        digest: config.digest,
        size: config.sizeBytes,
      },
      layers: [
        {
          mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
          digest: layer.digest,
          size: layer.sizeBytes,
        },
      ],
      annotations: { note },
    }),
  );
}
