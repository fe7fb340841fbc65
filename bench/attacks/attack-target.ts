import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** Who is attacked, and what an attacker has. */
export interface AttackTarget {
  readonly hostname: string;
  readonly port: number;
  /** A user without rights of any kind, with a namespace of the same name. */
  readonly attacker: { readonly name: string; readonly password: string };
  /** The user whom it would like to lock out. */
  readonly victim: string;
}

/** Ends with the signal; `count` notes what was answered. */
export type Attack = (target: AttackTarget, signal: AbortSignal, count: (outcome: string) => void) => Promise<void>;

export interface AttackRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/**
 * The n-th address of an attacker. All of 127.0.0.0/8 is this machine (RFC 1122, 3.2.1.3), and no honest client has one of
 * these.
 */
export function attackerAddress(n: number): string {
  return `127.0.${1 + (Math.floor(n / 250) % 250)}.${1 + (n % 250)}`;
}

/** Makes a client that keeps up to so many connections from one address. Gives status and body; throws where none comes. */
export function createAttacker({ hostname, port }: AttackTarget, address: string, connections = 4) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections, localAddress: address });
  return {
    send: ({ method, path, headers = {}, body }: AttackRequest): Promise<{ status: number; text: string }> =>
      new Promise((resolve, reject) => {
        const request = http.request({ agent, hostname, port, method, path, headers, timeout: 60_000 }, (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (part: string) => (text += part));
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
          response.on('error', reject);
        });
        request.on('timeout', () => request.destroy(new Error('no answer in 60 s')));
        request.on('error', reject);
        request.end(body);
      }),
    close: () => agent.destroy(),
  };
}

/** The header by which the attacker signs in. */
export function authorizationOf(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}

/** Does something again and again at a pace until the signal, without waiting for the one before. */
export async function atPace(perSecond: number, signal: AbortSignal, act: () => void): Promise<void> {
  const startedMs = performance.now();
  for (let done = 0; !signal.aborted; done++) {
    const waitMs = startedMs + (done * 1_000) / perSecond - performance.now();
    if (waitMs > 0) await delay(waitMs, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) act();
  }
}

/** Resolves with the signal. */
export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
