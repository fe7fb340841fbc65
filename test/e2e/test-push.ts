import { randomBytes, randomInt } from 'node:crypto';
import { type Answer, type Client, digestOf, imageManifest, imageType } from './client.ts';

/** One image of one layer, and how far its push was acknowledged. */
export interface TestPush {
  readonly repository: string;
  readonly tag: string;
  readonly layer: Uint8Array<ArrayBuffer>;
  readonly manifest: string;
  /** The registry has said 201 to the layer. */
  isLayerStored: boolean;
  /** The registry has said 201 to the manifest under its tag. */
  isTagged: boolean;
}

/** An answer that acknowledges nothing. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly retryAfter: string | null;
  readonly step: string;
}

/** Makes an image of random content, of up to 64 KiB. */
export function createPush(repository: string, tag: string): TestPush {
  const layer = randomBytes(1 + randomInt(64 * 1024));
  const descriptor = { digest: digestOf(layer), size: layer.length };
  const manifest = imageManifest(descriptor, [descriptor]);
  return { repository, tag, layer, manifest, isLayerStored: false, isTagged: false };
}

/**
 * Pushes it from the start, the layer in one request or in three, and notes what is acknowledged.
 *
 * @returns the answer that ended it, or undefined where all was acknowledged
 * @throws the error of the connection where that broke
 */
export async function tryPush(client: Client, push: TestPush, isChunked: boolean): Promise<Refusal | undefined> {
  const { repository, layer, manifest, tag } = push;
  const digest = digestOf(layer);
  const headers = { 'content-type': 'application/octet-stream' };
  if (isChunked) {
    const started = await client.registry('POST', `/${repository}/blobs/uploads/`);
    if (started.status !== 202) return refusal('start', started);
    const location = (started.headers.get('location') ?? '').replace('/v2', '');
    const patched = await client.registry('PATCH', location, { body: layer, headers });
    if (patched.status !== 202) return refusal('chunk', patched);
    const finished = await client.registry('PUT', `${location}?digest=${digest}`);
    if (finished.status !== 201) return refusal('finish', finished);
  } else {
    const path = `/${repository}/blobs/uploads/?digest=${digest}`;
    const pushed = await client.registry('POST', path, { body: layer, headers });
    if (pushed.status !== 201) return refusal('blob', pushed);
  }
  push.isLayerStored = true;
  const tagged = await client.registry('PUT', `/${repository}/manifests/${tag}`, {
    body: manifest,
    headers: { 'content-type': imageType },
  });
  if (tagged.status !== 201) return refusal('manifest', tagged);
  push.isTagged = true;
  return undefined;
}

function refusal(step: string, { status, headers, body }: Answer): Refusal {
  const code = (body as { errors?: { code: string }[] }).errors?.[0]?.code ?? '';
  return { step, status, code, retryAfter: headers.get('retry-after') };
}

/** Pulls what was acknowledged, and compares it byte by byte. Gives what is wrong, or undefined. */
export async function findLoss(client: Client, push: TestPush): Promise<string | undefined> {
  const { repository, tag, layer, manifest } = push;
  const headers = { authorization: `Bearer ${await client.token(`repository:${repository}:pull,push,delete`)}` };
  async function pull(path: string, digest: string): Promise<string | undefined> {
    const response = await fetch(`${client.baseUrl}/v2/${repository}/${path}`, { headers });
    const pulled = digestOf(new Uint8Array(await response.arrayBuffer()));
    return response.status === 200 && pulled === digest ? undefined : `${path}: ${response.status}, ${pulled}`;
  }
  const layerLoss = push.isLayerStored ? await pull(`blobs/${digestOf(layer)}`, digestOf(layer)) : undefined;
  return layerLoss ?? (push.isTagged ? pull(`manifests/${tag}`, digestOf(manifest)) : undefined);
}
