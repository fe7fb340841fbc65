import { parseDigest } from '../blobs/digest.ts';
import { RegistryError } from '../errors.ts';
import { isNonDistributable, isSchema1, type ManifestKind, manifestKindOf, manifestKinds } from './media-types.ts';
import { findAmbiguity } from './unambiguous-manifest.ts';

/** What a manifest names (OCI image specification, "Content Descriptors"). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly sizeBytes: number;
}

/** What the registry takes from a manifest; its bytes are stored as they came. */
export interface Manifest {
  readonly kind: ManifestKind;
  readonly mediaType: string;
  readonly artifactType: string | undefined;
  readonly subject: Descriptor | undefined;
  readonly annotations: Readonly<Record<string, string>> | undefined;
  readonly config: Descriptor | undefined;
  /** Config and layers that the repository must have; one entry for each digest. */
  readonly requiredBlobs: readonly Descriptor[];
  /** Layers that it need not have; linked where it has them. */
  readonly optionalBlobs: readonly Descriptor[];
  /** Digests of the manifests that an index names. */
  readonly children: readonly string[];
  /** Sum of the sizes of config and layers. */
  readonly imageSizeBytes: number;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads and checks a manifest: OCI image manifest or index, Docker image manifest or list of schema 2. What other clients
 * may read in another way is refused (CVE-2021-41190).
 *
 * @param contentType the request's `Content-Type`; where it is missing, the manifest's own `mediaType` counts
 * @throws RegistryError MANIFEST_INVALID; its message names the field
 */
export function parseManifest(payload: Uint8Array, contentType: string | undefined): Manifest {
  const { text, body } = parseObject(payload);
  const mediaType = mediaTypeOf(body, contentType);
  const kind = manifestKindOf(mediaType);
  if (isSchema1(mediaType) || body.schemaVersion === 1) {
    throw invalid(
      'Docker image manifests of schema 1 are not supported: push with Docker 1.10 or newer, or convert the image with "skopeo copy --format v2s2"',
    );
  }
  if (!kind) {
    throw invalid(
      `"${mediaType.slice(0, 200)}" is not supported: send one of ${Object.keys(manifestKinds).join(', ')}`,
    );
  }
  if (body.schemaVersion !== 2) throw invalid('schemaVersion must be 2');
  const ambiguity = findAmbiguity(text, body, kind);
  if (ambiguity !== undefined) throw invalid(ambiguity);
  // Clients written in Go send null for what they leave out.
  const subject = isAbsent(body.subject) ? undefined : descriptor(body.subject, 'subject');
  const artifactType = optionalString(body.artifactType, 'artifactType');
  const annotations = optionalAnnotations(body.annotations);
  const common = { kind, mediaType, artifactType, subject, annotations };
  if (kind === 'index') {
    const children = descriptors(body.manifests, 'manifests').map(({ digest }) => digest);
    const none = { config: undefined, requiredBlobs: [], optionalBlobs: [], imageSizeBytes: 0 };
    return { ...common, ...none, children: [...new Set(children)] };
  }
  const config = descriptor(body.config, 'config');
  const layers = descriptors(body.layers, 'layers');
  return {
    ...common,
    config,
    requiredBlobs: distinct([config, ...layers.filter((layer) => !isNonDistributable(layer.mediaType))]),
    optionalBlobs: distinct(layers.filter((layer) => isNonDistributable(layer.mediaType))),
    children: [],
    imageSizeBytes: total([config, ...layers]),
  };
}

function parseObject(payload: Uint8Array): { readonly text: string; readonly body: Json } {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload);
    value = JSON.parse(text);
  } catch (error) {
    throw invalid('it is not valid JSON in UTF-8', error);
  }
  if (!isObject(value)) throw invalid('it is not a JSON object');
  return { text, body: value };
}

function mediaTypeOf(body: Json, contentType: string | undefined): string {
  const own = optionalString(body.mediaType, 'mediaType');
  const sent = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  const mediaType = sent ?? own;
  if (!mediaType) throw invalid('its type is unknown: send Content-Type');
  if (own !== undefined && own !== mediaType) {
    throw invalid(
      `Content-Type is "${mediaType.slice(0, 200)}", but mediaType is "${own.slice(0, 200)}": send both alike`,
    );
  }
  return mediaType;
}

function descriptors(value: unknown, field: string): Descriptor[] {
  if (!Array.isArray(value)) throw invalid(`${field} must be a list of descriptors`);
  return value.map((item: unknown, index) => descriptor(item, `${field}[${index}]`));
}

function descriptor(value: unknown, field: string): Descriptor {
  if (!isObject(value)) throw invalid(`${field} must be a descriptor`);
  const { mediaType, digest, size } = value;
  if (typeof mediaType !== 'string' || mediaType === '' || mediaType.includes('\0'))
    throw invalid(`${field}.mediaType must be a media type`);
  if (typeof digest !== 'string' || !parseDigest(digest)) {
    throw invalid(`${field}.digest must be a digest such as sha256:<64 hex digits>`);
  }
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw invalid(`${field}.size must be a number of bytes`);
  }
  return { mediaType, digest, sizeBytes: size };
}

function distinct(all: readonly Descriptor[]): Descriptor[] {
  const byDigest = new Map<string, Descriptor>();
  for (const item of all) {
    const known = byDigest.get(item.digest);
    if (known && known.sizeBytes !== item.sizeBytes) throw invalid(`${item.digest} is named with two different sizes`);
    byDigest.set(item.digest, known ?? item);
  }
  return [...byDigest.values()];
}

function total(all: readonly Descriptor[]): number {
  const sizeBytes = all.reduce((sum, item) => sum + item.sizeBytes, 0);
  if (!Number.isSafeInteger(sizeBytes)) throw invalid('the sizes of its layers add up to more than can be counted');
  return sizeBytes;
}

function optionalString(value: unknown, field: string): string | undefined {
  // PostgreSQL's text cannot hold NUL.
  if (isAbsent(value) || (typeof value === 'string' && !value.includes('\0'))) return value || undefined;
  throw invalid(`${field} must be a string`);
}

/** Annotations are shown to every client that lists referrers, most of which would trip over other shapes. */
function optionalAnnotations(value: unknown): Readonly<Record<string, string>> | undefined {
  if (isAbsent(value)) return undefined;
  if (isObject(value) && Object.values(value).every((text) => typeof text === 'string')) {
    return value as Readonly<Record<string, string>>;
  }
  throw invalid('annotations must be an object whose values are strings');
}

function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(why: string, cause?: unknown): RegistryError {
  return new RegistryError('MANIFEST_INVALID', `the manifest cannot be stored: ${why}`, { cause });
}
