import { Type } from 'typebox';
import { listOf, oneOf, readOnly } from '../http/schemas.ts';

/** Who may read a repository: everybody, or those alone who are granted it. */
export const visibilities = ['public', 'private'] as const;
/** What garbage collection does with what nothing needs. */
export const retentions = ['keep', 'delete'] as const;

/**
 * A repository (DTR 2.7 API, responses.Repository). Lists leave out the long description. `inactive` has the settings that
 * are on and do nothing, each with the reason.
 */
export const RepositoryView = Type.Object(
  {
    id: readOnly(Type.String()),
    namespace: readOnly(Type.String()),
    namespaceType: readOnly(oneOf(['user', 'organization'])),
    name: Type.String(),
    shortDescription: Type.String(),
    longDescription: Type.Optional(Type.String()),
    visibility: oneOf(visibilities),
    scanOnPush: Type.Boolean(),
    immutableTags: Type.Boolean(),
    enableManifestLists: Type.Boolean(),
    tagLimit: Type.Integer(),
    untaggedManifests: oneOf(retentions),
    orphanedReferrers: oneOf(retentions),
    untaggedGraceSeconds: Type.Integer(),
    pulls: readOnly(Type.Integer()),
    pushes: readOnly(Type.Integer()),
    inactive: readOnly(Type.Object({ scanOnPush: Type.Optional(Type.String()) })),
  },
  { title: 'Repository' },
);

/** A page of repositories. */
export const RepositoryList = Type.Object({ repositories: listOf(RepositoryView) });
