import type { ServerOptions } from 'node:http';

/** How a `node:http` server that serves the registry has to be set up. */
export const registryServerOptions: ServerOptions = {
  // What waits in memory of a body that is read more slowly than it comes: a hundred pushes at once have as much each.
  highWaterMark: 256 * 1024,
  // A layer may take longer than any fixed time; a body that falls silent is cut by the registry itself.
  requestTimeout: 0,
  headersTimeout: 30_000,
  keepAliveTimeout: 75_000,
  noDelay: true,
};
