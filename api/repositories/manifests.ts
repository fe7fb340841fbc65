import { Type } from 'typebox';
import { parseDigest } from '../../registry/blobs/digest.ts';
import { RegistryError } from '../../registry/errors.ts';
import { requestActor } from '../http/audited-change.ts';
import { DomainError } from '../../errors/domain-error.ts';
import type { RepositoryDeps, ApiInstance } from '../http/instance.ts';
import { countManifests, findTaggedDigest, listManifests } from '../../registry/manifests/manifest-store.ts';
import { countHeader, fillPage, pageQuery } from '../http/paging.ts';
import { repositoryParams } from '../http/names.ts';
import { listOf, NoBody, Timestamp } from '../http/schemas.ts';

const tags = ['manifests'];

/** A manifest (DTR 2.7 API, responses.Manifest); `size` is that of its config and layers, in bytes. */
export const ManifestView = Type.Object(
  {
    digest: Type.String(),
    mediaType: Type.String(),
    os: Type.String(),
    architecture: Type.String(),
    author: Type.String(),
    configDigest: Type.String(),
    configMediaType: Type.String(),
    size: Type.Integer(),
    createdAt: Timestamp,
  },
  { title: 'Manifest' },
);

const Name = Type.String({ minLength: 1, maxLength: 255 });

/** `/api/v0/repositories/{namespace}/{reponame}/manifests` (DTR 2.7 API, "repositories"). */
export function manifestRoutes(app: ApiInstance, deps: RepositoryDeps): void {
  const { pool, deleteManifest } = deps;
  const manifests = '/api/v0/repositories/:namespace/:reponame/manifests';

  app.get(
    manifests,
    {
      config: { access: 'repository-read' },
      schema: {
        summary: 'List the manifests of a repository',
        tags,
        response: { 200: listOf(ManifestView) },
        params: repositoryParams,
        querystring: Type.Object(
          // A page begins with the manifest of this digest.
          { ...pageQuery.properties, pageStart: Type.String({ maxLength: 255, default: '' }) },
          { additionalProperties: false },
        ),
      },
    },
    async ({ params, query: { pageStart, pageSize, count } }, reply) => {
      const { entries, headers } = await fillPage({
        start: pageStart,
        size: pageSize,
        load: (from, limit) => listManifests(pool, params, { pageStart: from, pageSize: limit }),
        keyOf: ({ digest }) => digest,
        view: (manifest) => manifest,
      });
      if (count) void reply.header(countHeader, String(await countManifests(pool, params)));
      return reply.headers(headers).send(entries);
    },
  );

  app.delete(
    `${manifests}/:reference`,
    {
      config: { access: 'repository-delete' },
      schema: {
        summary: 'Delete a manifest, with the tags that name it',
        tags,
        params: Type.Object({ ...repositoryParams.properties, reference: Name }),
        response: { 204: NoBody },
      },
    },
    async (request, reply) => {
      const { namespace, reponame, reference } = request.params;
      const repository = { namespace, name: reponame, full: `${namespace}/${reponame}` };
      const isDigest = reference.includes(':');
      if (isDigest && !parseDigest(reference)) {
        throw new DomainError('INVALID_DIGEST', `"${reference}" is not a digest such as sha256:<64 hex digits>`);
      }
      const digest = isDigest ? reference : await findTaggedDigest(pool, request.params, reference);
      if (digest === undefined) throw noSuchReference(repository.full, reference);
      await deleteManifest(repository, digest, requestActor(deps, request)).catch((error: unknown) => {
        if (!(error instanceof RegistryError)) throw error;
        if (error.code === 'DENIED') throw new DomainError('TAG_IMMUTABLE', error.message, { cause: error });
        if (error.code !== 'MANIFEST_UNKNOWN') throw error;
        throw noSuchReference(repository.full, reference);
      });
      return reply.code(204).send();
    },
  );
}

function noSuchReference(repository: string, reference: string): DomainError {
  return new DomainError('NO_SUCH_REF', `the repository ${repository} has no tag or manifest "${reference}"`);
}
