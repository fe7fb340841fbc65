import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { toListenError } from '../server/listen-error.ts';

const loopback = '127.0.0.1';

// Below what operating systems give to connections that go out, which could take the port before it is listened on.
const firstPort = 10_240;
const lastPort = 32_767;
const given = new Set<number>();

/** A TCP port on which nobody listens now, and which this process has not been given before. */
export async function freePort(host: string = loopback): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(firstPort, lastPort + 1);
    if (given.has(port) || !(await isFreePort(port, host))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`no free TCP port was found on ${host} between ${firstPort} and ${lastPort}`);
}

/** Whether nobody listens on the port. */
export function isFreePort(port: number, host: string = loopback): Promise<boolean> {
  return tryListen(port, host).then(
    () => true,
    () => false,
  );
}

/** The first of the ports on which nobody listens on the loopback address, or else any free one. */
export async function firstFreePort(candidates: readonly (number | undefined)[]): Promise<number> {
  for (const port of candidates) if (port !== undefined && (await isFreePort(port))) return port;
  return freePort();
}

/** @throws ListenError where this process cannot listen there; PORT and HOST are the variables to change */
export async function assertCanListen(port: number, host: string): Promise<void> {
  try {
    await tryListen(port, host);
  } catch (error) {
    throw toListenError(error as Error, { port, host });
  }
}

function tryListen(port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });
}
