import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { FastifyServerFactory } from 'fastify';
import { registryServerOptions } from '../registry/server-options.ts';

export type RequestHandler = (req: IncomingMessage, res: ServerResponse) => void;

/**
 * One HTTP server for everything: `/v2` goes straight to the registry, the rest to Fastify.
 *
 * @param registry undefined where this process does not play the role
 */
export function serverFactory(registry: RequestHandler | undefined): FastifyServerFactory {
  return (handleApi) =>
    createServer(registryServerOptions, (req, res) => {
      if (registry && isRegistryPath(req.url ?? '')) registry(req, res);
      else handleApi(req, res);
    });
}

function isRegistryPath(url: string): boolean {
  return url.startsWith('/v2') && (url.length === 3 || url[3] === '/' || url[3] === '?');
}

const idleCheckMs = 50;

/** Stops taking requests, lets those under way end for as long as `graceMs`, and then cuts them. */
export async function closeServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // Also those that a request of this time leaves open: a client would keep one until it is cut.
  const idle = setInterval(() => server.closeIdleConnections(), idleCheckMs);
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(timer);
}
