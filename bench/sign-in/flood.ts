import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CleanUp } from '../../test/support/clean-up.ts';
import { startLoadProcess, type LoadProcess } from '../load-process.ts';

/** Where a server listens. */
export interface Address {
  readonly hostname: string;
  readonly port: number;
}

/** Starts a process of its own that tries wrong passwords, and gives how often each status was answered. */
export function startFlood(cleanUp: CleanUp, { hostname, port }: Address, perSecond: number): LoadProcess {
  const program = new URL('flood-process.ts', import.meta.url);
  return startLoadProcess(cleanUp, program, [hostname, String(port), String(perSecond)], { isLowest: true });
}

/** A server that refuses every request, at the least cost that Node has. */
export async function startRefusingServer(cleanUp: CleanUp): Promise<Address> {
  const server = createServer((_request, response) => {
    response.writeHead(429, { 'content-length': 2 }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { hostname: '127.0.0.1', port: (server.address() as AddressInfo).port };
}
