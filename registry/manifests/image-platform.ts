import type pg from 'pg';
import type { BlobStore } from '../store/blob-store.ts';
import { findLinkedBlob } from '../blobs/blobs.ts';
import type { Logger } from '../../log/logger.ts';
import { isImageConfig } from './media-types.ts';
import type { RepositoryName } from '../repositories/names.ts';
import type { Manifest } from './parse-manifest.ts';

const maxConfigBytes = 1024 * 1024;

/** For which platform an image is; empty where it does not say. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
}

const unknownPlatform: Platform = { os: '', architecture: '' };

/**
 * Reads the platform from an image's config (OCI image specification, "OCI Image Configuration"). It is only for show,
 * so a config that is missing, larger than 1 MiB or not readable gives empty strings.
 */
export async function readPlatform(
  deps: { readonly pool: pg.Pool; readonly blobStore: BlobStore; readonly log: Logger },
  repository: RepositoryName,
  manifest: Manifest,
): Promise<Platform> {
  const { config } = manifest;
  if (!config || !isImageConfig(config.mediaType) || config.sizeBytes > maxConfigBytes) return unknownPlatform;
  try {
    const blob = await findLinkedBlob(deps.pool, repository, config.digest);
    if (!blob || blob.sizeBytes > maxConfigBytes) return unknownPlatform;
    const chunks: Uint8Array[] = [];
    for await (const chunk of (await deps.blobStore.open(blob.storageKey)) as AsyncIterable<Uint8Array>)
      chunks.push(chunk);
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return { os: textField(value, 'os'), architecture: textField(value, 'architecture') };
  } catch (error) {
    deps.log.debug({ err: error, digest: config.digest }, 'the config of an image could not be read');
    return unknownPlatform;
  }
}

function textField(value: unknown, field: string): string {
  if (typeof value !== 'object' || value === null) return '';
  const text = (value as Readonly<Record<string, unknown>>)[field];
  return typeof text === 'string' && /^[\w.+-]{1,64}$/.test(text) ? text : '';
}
