import type { RepositoryAction, RouteAccess } from './access.ts';
import type { createBlobHandlers } from './blob-routes.ts';
import type { Exchange, RepositoryExchange } from './exchange.ts';
import type { createManifestHandlers } from './manifest-routes.ts';
import type { RouteKind } from './path.ts';
import type { createUploadHandlers } from './upload-routes.ts';

interface RouteBase {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly kind: RouteKind;
  /** The path with placeholders: what metrics are kept by. */
  readonly template: string;
  /** What the token has to permit; checked before the handler runs, and nowhere else. */
  readonly access: RouteAccess;
}

/** A route of the whole registry. */
export interface GlobalRoute extends RouteBase {
  readonly access: 'authenticated' | 'catalog';
  readonly handle: (exchange: Exchange) => Promise<void>;
}

/** A route of one repository. */
export interface RepositoryRoute extends RouteBase {
  readonly access: RepositoryAction;
  readonly handle: (exchange: RepositoryExchange) => Promise<void>;
}

export type RegistryRoute = GlobalRoute | RepositoryRoute;

export interface Handlers {
  readonly base: GlobalRoute['handle'];
  readonly catalog: GlobalRoute['handle'];
  readonly tags: RepositoryRoute['handle'];
  readonly referrers: RepositoryRoute['handle'];
  readonly blobs: ReturnType<typeof createBlobHandlers>;
  readonly uploads: ReturnType<typeof createUploadHandlers>;
  readonly manifests: ReturnType<typeof createManifestHandlers>;
}

const templates = {
  base: '/v2/',
  catalog: '/v2/_catalog',
  tags: '/v2/<name>/tags/list',
  manifest: '/v2/<name>/manifests/<reference>',
  blob: '/v2/<name>/blobs/<digest>',
  uploads: '/v2/<name>/blobs/uploads/',
  upload: '/v2/<name>/blobs/uploads/<id>',
  referrers: '/v2/<name>/referrers/<digest>',
} as const satisfies Record<RouteKind, string>;

/** The table that the registry works from: each route with the access that it needs. */
export function createRoutes(handlers: Handlers): readonly RegistryRoute[] {
  const { base, catalog, tags, referrers, blobs, uploads, manifests } = handlers;
  const routes: readonly (Omit<GlobalRoute, 'template'> | Omit<RepositoryRoute, 'template'>)[] = [
    { method: 'GET', kind: 'base', access: 'authenticated', handle: base },
    { method: 'HEAD', kind: 'base', access: 'authenticated', handle: base },
    { method: 'GET', kind: 'catalog', access: 'catalog', handle: catalog },
    { method: 'GET', kind: 'tags', access: 'pull', handle: tags },
    { method: 'GET', kind: 'referrers', access: 'pull', handle: referrers },
    { method: 'HEAD', kind: 'blob', access: 'pull', handle: blobs.head },
    { method: 'GET', kind: 'blob', access: 'pull', handle: blobs.get },
    { method: 'DELETE', kind: 'blob', access: 'delete', handle: blobs.remove },
    { method: 'POST', kind: 'uploads', access: 'push', handle: uploads.start },
    { method: 'GET', kind: 'upload', access: 'push', handle: uploads.status },
    { method: 'PATCH', kind: 'upload', access: 'push', handle: uploads.append },
    { method: 'PUT', kind: 'upload', access: 'push', handle: uploads.finish },
    { method: 'DELETE', kind: 'upload', access: 'push', handle: uploads.cancel },
    { method: 'HEAD', kind: 'manifest', access: 'pull', handle: manifests.read },
    { method: 'GET', kind: 'manifest', access: 'pull', handle: manifests.read },
    { method: 'PUT', kind: 'manifest', access: 'push', handle: manifests.put },
    { method: 'DELETE', kind: 'manifest', access: 'delete', handle: manifests.remove },
  ];
  return routes.map((route): RegistryRoute => ({ ...route, template: templates[route.kind] }));
}
