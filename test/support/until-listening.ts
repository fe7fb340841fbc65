import type { ChildProcess } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits for a server that was just started to take connections on a loopback port; ends it where that takes too long.
 *
 * @throws Error where it could not be started, has ended, or does not listen in time
 */
export async function untilListening(
  server: ChildProcess,
  { name, port, limitMs }: { readonly name: string; readonly port: number; readonly limitMs: number },
): Promise<void> {
  const failed = new Promise<never>((_resolve, reject) => {
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`${name} ended with code ${code}`)));
  });
  failed.catch(() => undefined);
  const deadlineMs = performance.now() + limitMs;
  while (!(await Promise.race([accepts(port), failed]))) {
    if (performance.now() > deadlineMs) {
      server.kill('SIGKILL');
      throw new Error(`${name} did not listen within ${limitMs} ms`);
    }
    await delay(50);
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
