import type { IncomingMessage, ServerResponse } from 'node:http';
import type pg from 'pg';
import type { WakeUp } from '../../database/wake-up.ts';
import type { CoherentCache } from '../cache/coherent-cache.ts';
import { type AccessDeps, createAccessCheck } from './access.ts';
import { createBlobHandlers } from './blob-routes.ts';
import type { BlobStore } from '../store/blob-store.ts';
import { RegistryError } from '../errors.ts';
import { HttpError, toHttpError } from './http-error.ts';
import { type RepositoryExchange, requestIdOf, sendError, sendJson, setBaseHeaders } from './exchange.ts';
import { describeFailure } from './failures.ts';
import { listCatalog, listTags } from './list-routes.ts';
import type { Logger } from '../../log/logger.ts';
import { createManifestHandlers } from './manifest-routes.ts';
import { parseRepositoryName } from '../repositories/names.ts';
import { parsePath, type Target } from './path.ts';
import type { FindReadableRepositories } from '../repositories/readable-repositories.ts';
import { ReadOnlyError } from '../read-only.ts';
import { type CreationRules, findRepository, repositoryUnknown } from '../repositories/repositories.ts';
import { listReferrers } from './referrer-routes.ts';
import { ClientGoneError } from './request-body.ts';
import { createRoutes, type RegistryRoute } from './routes.ts';
import { createTrafficRecorder } from './traffic-recorder.ts';
import { createUploadHashers } from '../uploads/upload-hashers.ts';
import { createUploadHandlers } from './upload-routes.ts';
import type { ContentLimits } from '../manifests/content-limits.ts';
import type { UploadLimits } from '../uploads/uploads.ts';

/** How one request went, for metrics. */
export interface RequestSummary {
  /** A template such as `/v2/<name>/blobs/<digest>`, never a name; `none` for a path that names nothing. */
  readonly route: string;
  readonly method: string;
  /** 499 where the client went away before the answer was whole. */
  readonly status: number;
  readonly durationMs: number;
  /** Bytes of blobs, manifests and lists, whichever way they went. */
  readonly sizeBytes: number;
}

export interface RegistryDeps extends AccessDeps {
  readonly pool: pg.Pool;
  readonly blobStore: BlobStore;
  readonly cache: CoherentCache;
  /** The most bytes that one upload may have. */
  readonly maxUploadBytes: number;
  readonly wakeDispatcher: WakeUp;
  /** How clients reach this server, as events tell it, without a slash at the end. */
  readonly publicUrl: string;
  /** What an NGINX in front proves itself with; then it sends the bytes of blobs. Undefined: nobody is in front. */
  readonly nginxSecret?: string | undefined;
  /** The address from which a request comes, also where NGINX passes it on. */
  readonly clientAddress: (request: IncomingMessage) => string;
  readonly findReadable: FindReadableRepositories;
  readonly creation: CreationRules;
  /** How many uploads, manifests and tags there may be. */
  readonly limits: () => UploadLimits & ContentLimits;
  /** Whether whatever writes is refused just now: MSR's setting `readOnlyRegistry`. */
  readonly isReadOnly: () => boolean;
  /** Whether a manifest may name blobs and manifests that its repository does not have. */
  readonly acceptsSparse: boolean;
  readonly log: Logger;
  readonly onRequestEnd?: ((summary: RequestSummary) => void) | undefined;
}

export interface Registry {
  /** Answers one request whose path is `/v2` or below. Never throws. */
  readonly handle: (req: IncomingMessage, res: ServerResponse) => void;
  /** Every route there is, with the access that it needs. */
  readonly routes: readonly RegistryRoute[];
  /** Writes what is still in memory. Call when no request is under way any more. */
  readonly close: () => Promise<void>;
}

const clientClosedRequest = 499;

/** Puts the registry together: OCI distribution specification 1.1 on `/v2`. */
export function createRegistry(deps: RegistryDeps): Registry {
  const { pool, log } = deps;
  const { host } = new URL(deps.publicUrl);
  const traffic = createTrafficRecorder({ ...deps, host });
  const background = new Set<Promise<void>>();
  function inBackground(work: Promise<void>): void {
    const tracked = work.finally(() => background.delete(tracked));
    background.add(tracked);
  }
  const routes = createRoutes({
    base: (exchange) => Promise.resolve(sendJson(exchange, {})),
    catalog: (exchange) => listCatalog(pool, deps.findReadable, exchange),
    tags: (exchange) => listTags(pool, exchange),
    referrers: (exchange) => listReferrers(pool, exchange),
    blobs: createBlobHandlers(deps),
    uploads: createUploadHandlers({ ...deps, inBackground, hashers: createUploadHashers() }),
    manifests: createManifestHandlers({ ...deps, traffic, host }),
  });
  const checkAccess = createAccessCheck(deps);
  const byKind = Map.groupBy(routes, (route) => route.kind);

  function findRoute(req: IncomingMessage, target: Target | undefined): RegistryRoute {
    const candidates = target ? (byKind.get(target.kind) ?? []) : [];
    const route = candidates.find(({ method }) => method === req.method);
    if (route) return route;
    if (candidates.length === 0) {
      throw new HttpError('UNSUPPORTED', 'nothing is served at this path: see the OCI distribution specification', {
        status: 404,
      });
    }
    const allowed = candidates.map(({ method }) => method).join(', ');
    throw new HttpError('UNSUPPORTED', `this path does not take ${req.method}: use ${allowed}`, {
      headers: { Allow: allowed },
    });
  }

  function readOnly({ kind }: RegistryRoute): HttpError {
    const allowed = (byKind.get(kind) ?? []).filter(isReading).map(({ method }) => method);
    const cause = new ReadOnlyError();
    return new HttpError('UNSUPPORTED', cause.message, { headers: { Allow: allowed.join(', ') }, cause });
  }

  async function answer(
    req: IncomingMessage,
    res: ServerResponse,
    requestId: string,
    progress: { route: string; exchange: { bodyBytes: number } },
  ): Promise<void> {
    const url = req.url ?? '';
    const queryAt = url.indexOf('?');
    const target = parsePath(queryAt < 0 ? url : url.slice(0, queryAt));
    const route = findRoute(req, target);
    progress.route = route.template;
    const query = new URLSearchParams(queryAt < 0 ? '' : url.slice(queryAt));
    if (route.access === 'authenticated' || route.access === 'catalog') {
      const claims = await checkAccess(req, route.access, undefined, undefined);
      const exchange = { req, res, query, requestId, claims, bodyBytes: 0 };
      progress.exchange = exchange;
      await route.handle(exchange);
      return;
    }
    const repository = parseRepositoryName(target?.name ?? '');
    const claims = await checkAccess(req, route.access, repository, mountFromOf(query));
    if (deps.isReadOnly() && !isReading(route)) throw readOnly(route);
    const reference = target?.reference ?? '';
    const exchange = { req, res, query, requestId, claims, bodyBytes: 0, repository, reference };
    progress.exchange = exchange;
    await route.handle(exchange).catch(async (error: unknown) => {
      throw (await findMissingRepository(exchange, error)) ?? error;
    });
  }

  /**
   * The error for the repository, where it is that which is missing, and not only what was asked for in it; whoever gets
   * here may know. HEAD shows no error, and pushes send many of them.
   */
  async function findMissingRepository(
    { req, repository }: RepositoryExchange,
    error: unknown,
  ): Promise<RegistryError | undefined> {
    const isUnknown = error instanceof RegistryError && /^(?:MANIFEST|BLOB)_UNKNOWN$/.test(error.code);
    if (!isUnknown || req.method === 'HEAD' || (await findRepository(pool, repository))) return undefined;
    return repositoryUnknown(repository);
  }

  function fail(req: IncomingMessage, res: ServerResponse, requestId: string, error: unknown): void {
    if (error instanceof ClientGoneError) {
      log.debug({ err: error, requestId }, 'client went away');
      res.destroy();
      return;
    }
    const refusal = toHttpError(error);
    const shown = refusal ?? describeFailure(error, requestId);
    if (!refusal) {
      const fields = { err: error, requestId, method: req.method, path: req.url?.slice(0, 512) };
      if (shown.code === 'UNKNOWN') log.error(fields, 'request failed');
      else log.warn(fields, 'request refused: the database or the blob store cannot serve it just now');
    }
    sendError(req, res, shown);
  }

  return {
    routes,
    handle: (req, res) => {
      const startedMs = performance.now();
      const requestId = requestIdOf(req);
      const progress = { route: 'none', exchange: { bodyBytes: 0 } };
      setBaseHeaders(res, requestId);
      res.once('close', () =>
        deps.onRequestEnd?.({
          route: progress.route,
          method: req.method ?? '',
          status: res.writableFinished ? res.statusCode : clientClosedRequest,
          durationMs: performance.now() - startedMs,
          sizeBytes: progress.exchange.bodyBytes,
        }),
      );
      answer(req, res, requestId, progress).catch((error: unknown) => fail(req, res, requestId, error));
    },
    close: async () => {
      await Promise.all(background);
      await traffic.close();
    },
  };
}

function isReading({ method }: RegistryRoute): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** The repository that a mount names, if it is one: it goes into a header, so it has to be well-formed. */
function mountFromOf(query: URLSearchParams): string | undefined {
  const from = query.has('mount') ? query.get('from') : null;
  if (from === null) return undefined;
  try {
    return parseRepositoryName(from).full;
  } catch {
    return undefined;
  }
}
