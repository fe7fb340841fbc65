import { spawn } from 'node:child_process';
import { createHash, type Hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

export interface Layer {
  /** The folder whose contents the layer holds. */
  readonly folder: string;
  /** Left out, as patterns of tar. */
  readonly exclude?: readonly string[];
  /** For the history of the image. */
  readonly createdBy: string;
}

interface PackedLayer {
  readonly descriptor: Descriptor;
  /** Digest of the tar archive before compression. */
  readonly diffId: string;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

// One time for all files, so that the same files make the same layer.
const created = '2024-01-01T00:00:00Z';

/** Writes an image as an OCI layout with the tag `latest` into an empty folder. */
export async function writeOciLayout(options: {
  folder: string;
  layers: readonly Layer[];
  config: Record<string, unknown>;
  /** Annotations of the layout's index. */
  annotations: Record<string, string>;
}): Promise<void> {
  const { folder, layers, config } = options;
  await mkdir(join(folder, 'blobs', 'sha256'), { recursive: true });
  const packed: PackedLayer[] = [];
  for (const layer of layers) packed.push(await packLayer(folder, layer));

  const architecture = { x64: 'amd64', arm64: 'arm64' }[process.arch as 'x64'];
  const configDescriptor = await writeJson(folder, 'application/vnd.oci.image.config.v1+json', {
    created,
    architecture,
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: packed.map(({ diffId }) => diffId) },
    history: layers.map(({ createdBy }) => ({ created, created_by: createdBy })),
  });
  const manifestType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = await writeJson(folder, manifestType, {
    schemaVersion: 2,
    mediaType: manifestType,
    config: configDescriptor,
    layers: packed.map(({ descriptor }) => descriptor),
  });
  const tagged = { ...manifest, annotations: { 'org.opencontainers.image.ref.name': 'latest' } };
  const index = { schemaVersion: 2, manifests: [tagged], annotations: options.annotations };
  await writeFile(join(folder, 'index.json'), JSON.stringify(index));
  await writeFile(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
}

async function packLayer(folder: string, { folder: source, exclude = [] }: Layer): Promise<PackedLayer> {
  const tar = spawn(
    'tar',
    [
      '--create',
      '--sort=name',
      '--numeric-owner',
      '--format=posix',
      '--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime',
      `--mtime=${created}`,
      ...exclude.map((pattern) => `--exclude=${pattern}`),
      `--directory=${source}`,
      '.',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exitCode = new Promise<number | null>((resolve, reject) => tar.on('error', reject).on('close', resolve));
  const plain = createHash('sha256');
  const compressed = createHash('sha256');
  const unfinished = join(folder, 'layer.unfinished');
  let size = 0;
  await pipeline(
    tar.stdout,
    tap((chunk) => plain.update(chunk)),
    createGzip(),
    tap((chunk) => {
      compressed.update(chunk);
      size += chunk.length;
    }),
    createWriteStream(unfinished),
  );
  const code = await exitCode;
  if (code !== 0) throw new Error(`tar of ${source} failed with exit code ${code}`);
  const digest = digestOf(compressed);
  await rename(unfinished, blobPath(folder, digest));
  const mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip';
  return { descriptor: { mediaType, digest, size }, diffId: digestOf(plain) };
}

function tap(onChunk: (chunk: Buffer) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      onChunk(chunk);
      done(null, chunk);
    },
  });
}

async function writeJson(folder: string, mediaType: string, value: unknown): Promise<Descriptor> {
  const bytes = Buffer.from(JSON.stringify(value));
  const digest = digestOf(createHash('sha256').update(bytes));
  await writeFile(blobPath(folder, digest), bytes);
  return { mediaType, digest, size: bytes.length };
}

function digestOf(hash: Hash): string {
  return `sha256:${hash.digest('hex')}`;
}

function blobPath(folder: string, digest: string): string {
  return join(folder, 'blobs', ...digest.split(':'));
}
