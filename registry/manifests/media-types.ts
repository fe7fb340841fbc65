/** The kinds of manifest that can be stored. */
export type ManifestKind = 'image' | 'index';

/** Media types of manifests (OCI image specification; Docker image manifest version 2, schema 2). */
export const manifestKinds: Readonly<Record<string, ManifestKind>> = {
  'application/vnd.oci.image.manifest.v1+json': 'image',
  'application/vnd.docker.distribution.manifest.v2+json': 'image',
  'application/vnd.oci.image.index.v1+json': 'index',
  'application/vnd.docker.distribution.manifest.list.v2+json': 'index',
};

/** The kind of manifest of a media type, or undefined for one that cannot be stored. */
export function manifestKindOf(mediaType: string): ManifestKind | undefined {
  return Object.hasOwn(manifestKinds, mediaType) ? manifestKinds[mediaType] : undefined;
}

/** Whether a media type is that of a Docker schema 1 manifest. */
export function isSchema1(mediaType: string): boolean {
  return /^application\/vnd\.docker\.distribution\.manifest\.v1\+(?:json|prettyjws)$/.test(mediaType);
}

/** Whether a config of this media type says for which platform its image is. */
export function isImageConfig(mediaType: string): boolean {
  return (
    mediaType === 'application/vnd.oci.image.config.v1+json' ||
    mediaType === 'application/vnd.docker.container.image.v1+json'
  );
}

/** Whether a layer may be named without having been pushed, because its licence forbids to distribute it. */
export function isNonDistributable(mediaType: string): boolean {
  return (
    mediaType.startsWith('application/vnd.oci.image.layer.nondistributable.') ||
    mediaType.startsWith('application/vnd.docker.image.rootfs.foreign.diff.')
  );
}
