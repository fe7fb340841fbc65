import type { ServerOptions } from 'node:http';

/** How a `node:http` server that serves the registry has to be set up. */
export const registryServerOptions: ServerOptions = {
  // Layers come in stretches of up to 1 MiB instead of 64 KiB.
  highWaterMark: 1024 * 1024,
  // A layer may take longer than any fixed time; a body that falls silent is cut by the registry itself.
  requestTimeout: 0,
  headersTimeout: 30_000,
  keepAliveTimeout: 75_000,
  noDelay: true,
};
