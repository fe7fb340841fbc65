import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { CleanUp } from '../../test/support/clean-up.ts';

/** Where a server listens. */
export interface Address {
  readonly hostname: string;
  readonly port: number;
}

/** Somebody who tries wrong passwords. */
export interface Flood {
  /** Ends it. Gives how often each status was answered. */
  stop(): Promise<Record<string, number>>;
}

/** Starts a process of its own that tries wrong passwords. */
export function startFlood(cleanUp: CleanUp, { hostname, port }: Address, perSecond: number): Flood {
  const program = fileURLToPath(new URL('flood-process.ts', import.meta.url));
  const child = spawn(process.execPath, [program, hostname, String(port), String(perSecond)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  cleanUp.after(() => child.kill('SIGKILL'));
  const output = text(child.stdout);
  return {
    stop: async () => {
      child.stdin.end();
      return JSON.parse(await output) as Record<string, number>;
    },
  };
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
