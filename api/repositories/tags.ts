import { type Static, Type } from 'typebox';
import { RegistryError } from '../../registry/errors.ts';
import { requireAccount } from '../http/access.ts';
import { requestActor } from '../http/audited-change.ts';
import { DomainError } from '../../errors/domain-error.ts';
import type { RepositoryDeps, ApiInstance } from '../http/instance.ts';
import { countHeader, fillPage, pageQuery } from '../http/paging.ts';
import { includesLevel, repositoryAccess } from '../../accounts/policy/access.ts';
import { countTags, findTag, listTags, type TagRow } from '../../registry/manifests/tag-store.ts';
import { repositoryParams } from '../http/names.ts';
import { listOf, NoBody, Timestamp } from '../http/schemas.ts';
import { ManifestView } from './manifests.ts';

const Name = Type.String({ minLength: 1, maxLength: 255 });
// The host under which Notary knows the repository; no tag is in Notary here.
const domain = Type.Optional(Type.String({ maxLength: 255 }));
const Platform = Type.Optional(Type.String({ maxLength: 255 }));

/** A tag (DTR 2.7 API, responses.ListTag, responses.Tag). Of its manifest lists have the digest alone, unless asked for more. */
const TagView = Type.Object(
  {
    name: Type.String(),
    author: Type.String(),
    digest: Type.String(),
    createdAt: Timestamp,
    updatedAt: Timestamp,
    hashMismatch: Type.Boolean(),
    inNotary: Type.Boolean(),
    manifest: Type.Object(
      { ...Type.Partial(ManifestView).properties, digest: ManifestView.properties.digest },
      { title: 'TagManifest' },
    ),
  },
  { title: 'Tag' },
);

/** `/api/v0/repositories/{namespace}/{reponame}/tags` (DTR 2.7 API). */
export function tagRoutes(app: ApiInstance, deps: RepositoryDeps): void {
  const { pool, deleteTag } = deps;
  const path = '/api/v0/repositories/:namespace/:reponame/tags';
  const tags = ['tags'];

  app.get(
    path,
    {
      config: { access: 'repository-read' },
      schema: {
        summary: 'List the tags of a repository',
        tags,
        response: { 200: listOf(TagView) },
        params: repositoryParams,
        querystring: Type.Object(
          {
            ...pageQuery.properties,
            // A page begins with the tag of this name.
            pageStart: Type.String({ maxLength: 255, default: '' }),
            includeManifests: Type.Boolean({ default: false }),
            domain,
          },
          { additionalProperties: false },
        ),
      },
    },
    async (request, reply) => {
      const { params, query } = request;
      const { pageStart, pageSize, count, includeManifests } = query;
      const { entries, headers } = await fillPage({
        start: pageStart,
        size: pageSize,
        load: (from, limit) => listTags(pool, params, { pageStart: from, pageSize: limit }),
        keyOf: ({ name }) => name,
        view: (row) => viewTag(row, includeManifests),
      });
      if (count) void reply.header(countHeader, String(await countTags(pool, params)));
      return reply.headers(headers).send(entries);
    },
  );

  app.get(
    `${path}/:reference`,
    {
      config: { access: 'repository-read' },
      schema: {
        summary: 'Show a tag, or all tags of a digest; of an index, for each platform',
        tags,
        response: { 200: listOf(TagView) },
        params: Type.Object({ ...repositoryParams.properties, reference: Name }),
        querystring: Type.Object({ domain, os: Platform, arch: Platform }, { additionalProperties: false }),
      },
    },
    async ({ params, query: { os, arch } }) => {
      const found = await findTag(pool, params, params.reference, { os: os || undefined, arch: arch || undefined });
      if (found) return found.map((row) => viewTag(row, true));
      throw new DomainError(
        'NO_SUCH_REF',
        `the repository ${params.namespace}/${params.reponame} has no tag or manifest "${params.reference}"`,
      );
    },
  );

  app.delete(
    `${path}/:reference`,
    {
      config: { access: 'repository-delete' },
      schema: {
        summary: 'Delete a tag',
        tags,
        response: { 204: NoBody },
        params: Type.Object({ ...repositoryParams.properties, reference: Name }),
        // Deletes a tag although it is immutable, which administrators of the repository may.
        querystring: Type.Object({ domain, force: Type.Boolean({ default: false }) }, { additionalProperties: false }),
      },
    },
    async (request, reply) => {
      const { namespace, reponame, reference: tag } = request.params;
      const { force } = request.query;
      const repository = { namespace, name: reponame, full: `${namespace}/${reponame}` };
      if (force) {
        const { level } = await repositoryAccess(pool, requireAccount(request), namespace, reponame);
        if (!includesLevel(level, 'admin')) {
          throw new DomainError(
            'NOT_AUTHORIZED',
            `only administrators of the repository ${repository.full} may force it`,
          );
        }
      }
      await deleteTag(repository, tag, requestActor(deps, request), { force }).catch((error: unknown) => {
        if (!(error instanceof RegistryError) || error.code !== 'MANIFEST_UNKNOWN') throw error;
        throw new DomainError('NO_SUCH_TAG', `the repository ${repository.full} has no tag "${tag}"`, { cause: error });
      });
      return reply.code(204).send();
    },
  );
}

function viewTag({ manifest, ...tag }: TagRow, hasManifest: boolean): Static<typeof TagView> {
  const { digest } = manifest;
  return {
    ...tag,
    digest,
    hashMismatch: false,
    inNotary: false,
    manifest: hasManifest ? manifest : { digest },
  };
}
