import { Readable } from 'node:stream';
import { request, type Dispatcher } from 'undici';
import { createAddressGuard, type AddressGuardOptions } from './address-guard.ts';
import { createAgents, type AgentsOptions, type TlsOptions } from './agents.ts';
import { OutboundError, toOutboundError } from './errors.ts';

export interface OutboundRequest extends TlsOptions {
  readonly url: URL;
  readonly method: Dispatcher.HttpMethod;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Readable | undefined;
  /** The most that the body of the answer may have. 0, by default: nobody wants it, so `send` throws it away. */
  readonly maxBodyBytes?: number;
  /** How long it may take, with its answer. Default: as long as the client allows. */
  readonly timeoutMs?: number;
  /** Aborts the request. */
  readonly signal: AbortSignal;
}

export interface OutboundResponse {
  readonly status: number;
  /** Names in lower case; the first of several values. */
  readonly headers: Readonly<Record<string, string>>;
  /** Empty where it was not wanted. */
  readonly body: string;
}

/** An answer whose body has not come yet. */
export interface OutboundStream extends Omit<OutboundResponse, 'body'> {
  /**
   * Read it to its end, or destroy it. It fails with an `OutboundError` where the answer breaks off, is too long, or is not
   * through in time; with the reason of the signal where that is aborted.
   */
  readonly body: Readable;
}

/** The one way out of this process: webhooks, and whatever else calls servers that a user has named. */
export interface OutboundClient {
  /**
   * Checks a URL before it is kept, as `AddressGuard.assertAllowed` does.
   *
   * @throws RefusedAddressError
   */
  readonly assertAllowed: (url: URL) => Promise<void>;
  /**
   * Sends one request. Redirects are not followed: a target that passed the guard must not lead to one that would not. From
   * the resolution of the name to the last byte of the answer it takes a minute at most.
   *
   * @throws OutboundError, whose message may be shown to whoever named the target; the reason of the signal
   */
  send(request: OutboundRequest): Promise<OutboundResponse>;
  /**
   * Sends one request as `send` does, and gives the answer as soon as its headers are there.
   *
   * @throws as `send`
   */
  open(request: OutboundRequest): Promise<OutboundStream>;
  /** How many HTTP agents it has. */
  readonly agentCount: () => number;
  close(): Promise<void>;
}

export interface OutboundClientOptions extends AddressGuardOptions, Omit<AgentsOptions, 'guard'> {
  /** How long a request may take. Default: a minute. */
  readonly timeoutMs?: number;
}

// Of an answer that nobody wants: what is worth reading, and waiting for, to use the connection again.
const discardedBytes = 16 * 1024;
const discardMs = 1_000;

/** Makes an outbound client. */
export function createOutboundClient(options: OutboundClientOptions): OutboundClient {
  const guard = createAddressGuard(options);
  const agents = createAgents({ ...options, guard });
  const { timeoutMs: clientTimeoutMs = 60_000 } = options;

  async function exchange(
    outbound: OutboundRequest,
    signal: AbortSignal,
  ): Promise<Omit<OutboundStream, 'body'> & { readonly body: Dispatcher.ResponseData['body'] }> {
    const response = await request(outbound.url, {
      dispatcher: agents.agentFor(outbound),
      method: outbound.method,
      headers: outbound.headers,
      body: outbound.body ?? null,
      signal,
    });
    const headers = Object.entries(response.headers).map(([name, value]) => [name, [value].flat()[0] ?? '']);
    return { status: response.statusCode, headers: Object.fromEntries(headers), body: response.body };
  }

  /** The time of a request, and what is wrong where it fails. */
  function startTime({ signal: asked, timeoutMs = clientTimeoutMs }: OutboundRequest) {
    const deadline = AbortSignal.timeout(timeoutMs);
    return {
      signal: AbortSignal.any([asked, deadline]),
      failureOf: (error: unknown): unknown => {
        if (asked.aborted) return asked.reason;
        if (!deadline.aborted) return toOutboundError(error);
        return new OutboundError('timeout', `it did not answer within ${timeoutMs / 1_000} s`, { cause: error });
      },
    };
  }

  return {
    assertAllowed: guard.assertAllowed,
    send: async (outbound) => {
      guard.assertLiteralAllowed(outbound.url);
      const { signal, failureOf } = startTime(outbound);
      const answer = async (): Promise<OutboundResponse> => {
        const { body, ...head } = await exchange(outbound, signal);
        return { ...head, body: await readBody(body, outbound.maxBodyBytes ?? 0) };
      };
      return untilAborted(answer(), signal).catch((error: unknown) => {
        throw failureOf(error);
      });
    },
    open: async (outbound) => {
      guard.assertLiteralAllowed(outbound.url);
      const { signal, failureOf } = startTime(outbound);
      try {
        const { body, ...head } = await untilAborted(exchange(outbound, signal), signal);
        return {
          ...head,
          body: Readable.from(bounded(body, outbound.maxBodyBytes ?? 0, failureOf), { objectMode: false }),
        };
      } catch (error) {
        throw failureOf(error);
      }
    },
    agentCount: agents.count,
    close: agents.close,
  };
}

/** The client hears of a signal once it has a connection; who waits hears of it at once. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** @throws OutboundError where there is more than the limit */
async function readBody(body: Dispatcher.ResponseData['body'], limitBytes: number): Promise<string> {
  if (limitBytes === 0) {
    // The status says all, whatever becomes of the rest.
    await body.dump({ limit: discardedBytes, signal: AbortSignal.timeout(discardMs) }).catch(() => undefined);
    return '';
  }
  const chunks: Buffer[] = [];
  for await (const chunk of bounded(body, limitBytes, (error) => error)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * The parts of a body as they come. Whoever stops reading ends the connection.
 *
 * @throws OutboundError where there is more than the limit; what `failureOf` makes of other failures
 */
async function* bounded(
  body: AsyncIterable<Buffer>,
  limitBytes: number,
  failureOf: (error: unknown) => unknown,
): AsyncGenerator<Buffer> {
  let sizeBytes = 0;
  try {
    for await (const chunk of body) {
      sizeBytes += chunk.length;
      // Leaving the loop destroys the stream.
      if (sizeBytes > limitBytes) throw new OutboundError('too-large', `its answer has more than ${limitBytes} bytes`);
      yield chunk;
    }
  } catch (error) {
    throw failureOf(error);
  }
}
