import { setTimeout as delay } from 'node:timers/promises';
import {
  fullAccess,
  imageType,
  indexType,
  putManifest,
  sha256,
  type TestNode,
  type TestResponse,
} from '../registry/test-registry.ts';
import type { Random } from '../support/random.ts';

/** What the clients have done and seen. */
export interface SoakCounts {
  operations: number;
  pushes: number;
  pulls: number;
  deletions: number;
  /** Pushes that found a blob gone after they had taken longer than it is kept for them. */
  slow: number;
  /** What must not happen, for people. */
  readonly violations: string[];
}

export interface SoakClient {
  readonly random: Random;
  readonly counts: SoakCounts;
  readonly leaseMs: number;
  readonly isOver: () => boolean;
}

interface Image {
  readonly manifest: string;
  readonly digest: string;
  readonly blobs: readonly string[];
}

const repositories = ['admin/one', 'admin/two', 'ada/three'] as const;
const tags = ['a', 'b', 'c', 'd'] as const;
const access = fullAccess(...repositories);
// The first ones are in many images. The last ones lose their last image, and the lease of their last pusher, again and
// again, since they are asked for less than once a lease.
const layers = Array.from({ length: 96 }, (_, index) => `layer ${index} `.repeat(20 + index));
const layersOfIndexes = 4;
// What is answered from memory is kept for nine tenths of a lease, at least.
const keptShare = 0.9;
// The rest is for the push itself.
const hesitationShare = 0.6;
const bytesOf = new Map(layers.map((layer) => [sha256(layer), layer]));

/** The digests of all layers that are in images. */
export const layerDigests: ReadonlySet<string> = new Set(bytesOf.keys());

function imageOf(variant: number, layerIndexes: readonly number[], subject?: Image): Image {
  const config = JSON.stringify({ os: 'linux', architecture: 'amd64', variant });
  bytesOf.set(sha256(config), config);
  const chosen = layers.filter((_, index) => layerIndexes.includes(index));
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: imageType,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: sha256(config), size: config.length },
    layers: chosen.map((layer) => ({
      mediaType: 'application/octet-stream',
      digest: sha256(layer),
      size: layer.length,
    })),
    ...(subject && { subject: { mediaType: imageType, digest: subject.digest, size: subject.manifest.length } }),
  });
  return { manifest, digest: sha256(manifest), blobs: [config, ...chosen].map((bytes) => sha256(bytes)) };
}

/** Does things of a client, one after the other, until it is over. */
export async function actAsSoakClient(node: TestNode, { random, counts, leaseMs, isOver }: SoakClient): Promise<void> {
  // The smaller of two: low numbers are frequent.
  const someLayer = (): number => Math.min(random.below(layers.length), random.below(layers.length));
  // Many have a config of their own.
  const someImage = (): Image => imageOf(random.below(1_000), [someLayer(), someLayer()]);
  const actions = [push, push, push, pull, pull, pull, pushIndex, pushReferrer, remove, removeTag] as const;
  while (!isOver()) {
    await random.pick(actions)(random.pick(repositories));
    counts.operations++;
  }

  async function push(repository: string): Promise<void> {
    await pushImage(repository, someImage(), random.pick(tags), hesitate);
  }

  async function pushReferrer(repository: string): Promise<void> {
    const image = imageOf(random.below(1_000), [someLayer()], someImage());
    await pushImage(repository, image, image.digest, hesitate);
  }

  async function pushIndex(repository: string): Promise<void> {
    const startedMs = performance.now();
    // Of variants that no client deletes: whoever deletes a child makes the index fail, and rightly.
    const children = [-1, -2].map((variant) => imageOf(variant, [random.below(layersOfIndexes)]));
    for (const child of children) await pushImage(repository, child, child.digest);
    await hesitate();
    const index = JSON.stringify({
      schemaVersion: 2,
      mediaType: indexType,
      manifests: children.map(({ digest, manifest }) => ({ mediaType: imageType, digest, size: manifest.length })),
    });
    await put(repository, random.pick(tags), index, indexType, startedMs);
  }

  async function pushImage(
    repository: string,
    image: Image,
    reference: string,
    beforePut: () => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    const startedMs = performance.now();
    for (const digest of image.blobs) await provide(repository, digest);
    await beforePut();
    await put(repository, reference, image.manifest, imageType, startedMs);
  }

  /** As a client whose other layers take their time: most of a lease may pass before it names what it was told of. */
  async function hesitate(): Promise<void> {
    if (random.chance(0.3)) await delay(random.below(hesitationShare * leaseMs));
  }

  /** As clients do: HEAD, then perhaps a mount, then an upload. Resolves when it was told that the blob is there. */
  async function provide(repository: string, digest: string): Promise<void> {
    if ((await node.send('HEAD', `/v2/${repository}/blobs/${digest}`, { access })).status === 200) return;
    const path = `/v2/${repository}/blobs/uploads/`;
    const body = bytesOf.get(digest) ?? '';
    let upload: TestResponse;
    if (random.chance(0.5)) {
      const from = random.pick(repositories);
      const mount = await node.send('POST', `${path}?mount=${digest}&from=${from}`, { access });
      if (mount.status === 201) return;
      // What cannot be mounted has begun an upload instead.
      upload = await node.send('PUT', `${String(mount.headers.location)}?digest=${digest}`, { access, body });
    } else upload = await node.send('POST', `${path}?digest=${digest}`, { access, body });
    if (upload.status !== 201) counts.violations.push(`upload of ${digest}: ${upload.status} ${upload.message}`);
  }

  async function put(
    repository: string,
    reference: string,
    manifest: string,
    type: string,
    startedMs: number,
  ): Promise<void> {
    const response = await putManifest(node, repository, reference, manifest, type);
    if (response.status === 201) counts.pushes++;
    else if (response.code === 'MANIFEST_BLOB_UNKNOWN' && performance.now() - startedMs > keptShare * leaseMs)
      counts.slow++;
    else counts.violations.push(`put ${repository}:${reference}: ${response.status} ${response.message}`);
  }

  async function pull(repository: string): Promise<void> {
    const read = { access: [{ type: 'repository' as const, name: repository, actions: ['pull'] }] };
    const found = await node.send('GET', `/v2/${repository}/manifests/${random.pick(tags)}`, read);
    if (found.status !== 200) return;
    counts.pulls++;
    const { config, layers: named = [] } = JSON.parse(found.body.toString()) as {
      config?: { digest: string };
      layers?: { digest: string }[];
    };
    for (const { digest } of [...(config ? [config] : []), ...named]) {
      const path = `/v2/${repository}/blobs/${digest}`;
      const blob = await node.send('GET', path, read);
      if (blob.status === 200) {
        if (sha256(blob.body) !== digest) counts.violations.push(`the bytes of ${digest} are wrong`);
        continue;
      }
      // The image may be gone by now, and its blobs with it. Then it is gone for everybody.
      const self = `/v2/${repository}/manifests/${String(found.headers['docker-content-digest'])}`;
      if (blob.status === 404 && (await node.send('GET', self, read)).status === 404) return;
      const again = await node.send('GET', path, read);
      if (again.status !== 200) counts.violations.push(`blob ${digest} of ${self}: ${again.status} ${again.message}`);
    }
  }

  async function remove(repository: string): Promise<void> {
    const tagged = await node.send('HEAD', `/v2/${repository}/manifests/${random.pick(tags)}`);
    if (tagged.status !== 200 || tagged.headers['content-type'] === indexType) return;
    const digest = String(tagged.headers['docker-content-digest']);
    if ((await node.send('DELETE', `/v2/${repository}/manifests/${digest}`)).status === 202) counts.deletions++;
  }

  async function removeTag(repository: string): Promise<void> {
    const response = await node.send('DELETE', `/v2/${repository}/manifests/${random.pick(tags)}`);
    if (response.status === 202) counts.deletions++;
  }
}
