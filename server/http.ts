import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { FastifyServerFactory } from 'fastify';
import type { Duplex } from 'node:stream';
import { registryServerOptions } from '../registry/server-options.ts';
import { answerClientError, refuseExpectation, refuseWithoutHost } from './client-error.ts';

export type RequestHandler = (req: IncomingMessage, res: ServerResponse) => void;

// Each may hold a file and some MiB of a layer. More connections are refused at once, before they cost anything.
const maxConnections = 8_192;

/**
 * One HTTP server for everything: `/v2` goes straight to the registry, the rest to Fastify. Requests that a client
 * sends ahead on one connection are begun one after another, so that a connection never costs more than one request.
 *
 * @param registry undefined where this process does not play the role
 */
export function serverFactory(registry: RequestHandler | undefined): FastifyServerFactory {
  return (handleApi) => {
    const underWay = new WeakMap<Duplex, ServerResponse>();
    // Node would refuse a request without Host itself, without a word.
    const options = { ...registryServerOptions, requireHostHeader: false };
    const server = createServer(options, (req, res) => {
      req.url = originForm(req.url ?? '');
      const isRegistry = registry && isRegistryPath(req.url);
      const begin = (): void => {
        underWay.set(req.socket, res);
        res.once('close', () => {
          if (underWay.get(req.socket) === res) underWay.delete(req.socket);
        });
        if (refuseWithoutHost(req, res)) return;
        if (isRegistry) registry(req, res);
        else handleApi(req, res);
      };
      // Node gives a response its socket once those before it have been sent.
      if (res.socket) begin();
      else res.once('socket', begin);
    });
    server.maxConnections = maxConnections;
    server.on('checkExpectation', refuseExpectation);
    server.on('clientError', (error, socket) => answerClientError(error, socket, underWay.get(socket)));
    return server;
  };
}

/** The target of a request without scheme and host, which a client may send (RFC 9112 section 3.2.2). */
function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const rest = /^https?:\/\/[^/?#]*(.*)$/i.exec(target)?.[1];
  if (rest === undefined) return target;
  return rest.startsWith('/') ? rest : `/${rest}`;
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
