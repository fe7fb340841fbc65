import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, imageManifest, imageType } from './client.ts';

/** A blob or a manifest, as a manifest or an index names it. */
export interface Descriptor {
  readonly digest: string;
  readonly size: number;
}

/** An image in an OCI layout. */
export interface LayoutImage {
  /** Of the manifest. */
  readonly digest: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** Reads the only image of an OCI layout. */
export async function readImage(layout: string): Promise<LayoutImage> {
  const index = await readJson<{ manifests: Descriptor[] }>(join(layout, 'index.json'));
  const digest = index.manifests[0]?.digest ?? '';
  return { ...(await readJson<LayoutImage>(blobPath(layout, digest))), digest };
}

/** Makes an OCI layout with the tag `latest` of an image that has one layer of another as its only one. */
export async function copyLayerAsImage(
  layout: string,
  path: string,
  layerIndex: number,
): Promise<LayoutImage & { readonly path: string }> {
  const { config, layers } = await readImage(layout);
  const layer = layers[layerIndex];
  if (!layer) throw new Error(`the image has no layer ${layerIndex}`);
  const { architecture, os, rootfs } = await readJson<{
    architecture: string;
    os: string;
    rootfs: { diff_ids: string[] };
  }>(blobPath(layout, config.digest));
  const diffIds = rootfs.diff_ids.slice(layerIndex, layerIndex + 1);
  const newConfig = JSON.stringify({ architecture, os, rootfs: { type: 'layers', diff_ids: diffIds } });
  const configDescriptor = { digest: digestOf(newConfig), size: newConfig.length };
  const manifest = imageManifest(configDescriptor, [{ digest: layer.digest, size: layer.size }]);
  const digest = digestOf(manifest);

  await mkdir(join(path, 'blobs', 'sha256'), { recursive: true });
  await copyFile(blobPath(layout, layer.digest), blobPath(path, layer.digest));
  await writeFile(blobPath(path, configDescriptor.digest), newConfig);
  await writeFile(blobPath(path, digest), manifest);
  await writeFile(join(path, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  const annotations = { 'org.opencontainers.image.ref.name': 'latest' };
  const manifests = [{ mediaType: imageType, digest, size: manifest.length, annotations }];
  await writeFile(join(path, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  return { path, digest, config: configDescriptor, layers: [layer] };
}

function blobPath(layout: string, digest: string): string {
  return join(layout, 'blobs', ...digest.split(':'));
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await readFile(path, 'utf8')) as T;
}
