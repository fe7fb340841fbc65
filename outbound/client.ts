import { Agent, request, type Dispatcher } from 'undici';
import { createAddressGuard, type AddressGuard } from './address-guard.ts';

export interface OutboundRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** PEM of the authority that the target's certificate must come from, besides the well-known ones. */
  readonly tlsCa?: string | undefined;
  readonly skipTlsVerification: boolean;
  /** Aborts the request. */
  readonly signal: AbortSignal;
}

export interface OutboundResponse {
  readonly status: number;
  /** Names in lower case; the first of several values. */
  readonly headers: Readonly<Record<string, string>>;
  /** As much of the body as the size limit lets through. */
  readonly body: string;
}

/** The one way out of this process: webhooks, and whatever else calls servers that a user has named. */
export interface OutboundClient {
  readonly guard: AddressGuard;
  /**
   * Sends one request. Redirects are not followed: a target that passed the guard must not lead to one that would not.
   *
   * @throws RefusedAddressError, or the network's error
   */
  send(request: OutboundRequest): Promise<OutboundResponse>;
  close(): Promise<void>;
}

const connectTimeoutMs = 10_000;
const responseTimeoutMs = 30_000;
const maxBodyBytes = 64 * 1024;

/** Makes the outbound client of this process. */
export function createOutboundClient(options: { allowPrivate: boolean }): OutboundClient {
  const guard = createAddressGuard(options);
  const agents = new Map<string, Dispatcher>();

  function agentFor({ tlsCa, skipTlsVerification }: OutboundRequest): Dispatcher {
    const key = `${skipTlsVerification}:${tlsCa ?? ''}`;
    const known = agents.get(key);
    if (known) return known;
    const agent = new Agent({
      connect: {
        lookup: guard.lookup,
        timeout: connectTimeoutMs,
        rejectUnauthorized: !skipTlsVerification,
        ...(tlsCa && { ca: tlsCa }),
      },
      headersTimeout: responseTimeoutMs,
      bodyTimeout: responseTimeoutMs,
      keepAliveTimeout: 10_000,
    });
    agents.set(key, agent);
    return agent;
  }

  return {
    guard,
    send: async (outbound) => {
      await guard.assertAllowed(outbound.url);
      const response = await request(outbound.url, {
        dispatcher: agentFor(outbound),
        method: outbound.method,
        headers: outbound.headers,
        body: outbound.body ?? null,
        signal: outbound.signal,
      });
      const headers = Object.entries(response.headers).map(([name, value]) => [name, [value].flat()[0] ?? '']);
      return {
        status: response.statusCode,
        headers: Object.fromEntries(headers),
        body: await readUpTo(response.body, maxBodyBytes),
      };
    },
    close: async () => {
      await Promise.all([...agents.values()].map((agent) => agent.close()));
    },
  };
}

/** Leaving the loop destroys the stream, so an endless body costs no more than the limit. */
async function readUpTo(body: AsyncIterable<Buffer>, limitBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes >= limitBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, limitBytes).toString('utf8');
}
