import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Connections, Exchange } from './connections.ts';
import type { HttpLimits } from './http-limits.ts';
import { isTooSlow, takenBytes } from './pace.ts';
import { refuse, type Refusal } from './refusal.ts';

/**
 * The client sends the body of its request too slowly. Whoever reads the request gets it as the request's error, and
 * answers with what it says, in the shape of its surface; surfaces know it by its code.
 */
export class RequestTimeoutError extends Error {
  override name = 'RequestTimeoutError';
  readonly code = 'REQUEST_TIMEOUT';
  readonly statusCode = 408;
}

/**
 * Looks at every request under way, once a second, and cuts those whose clients send or take less than the least pace.
 * Only time counts in which bytes wait for the client, or the body is being read and it is the client that has to send:
 * a log that is followed may be quiet for hours, and a disk as slow as it is.
 */
export function cutSlowClients(server: Server, connections: Connections, limits: HttpLimits): void {
  let sweptMs = performance.now();
  const sweep = (): void => {
    const nowMs = performance.now();
    // A process that stood still would blame its clients.
    const passedMs = Math.min(nowMs - sweptMs, 2 * limits.sweepIntervalMs);
    sweptMs = nowMs;
    for (const connection of connections.active()) {
      const { exchange, socket } = connection;
      if (!exchange) continue;
      const waitedMs = socket.writableLength > 0 ? passedMs : 0;
      if (isTooSlow(exchange.sending, waitedMs, takenBytes(socket), limits)) {
        socket.destroy();
        continue;
      }
      const problem = bodyProblem(exchange, { nowMs, passedMs }, limits);
      if (problem !== undefined) refuseBody(exchange, problem);
    }
    cutMostUnsent(connections, limits);
  };
  let timer: NodeJS.Timeout | undefined;
  server.on('listening', () => {
    timer ??= setInterval(sweep, limits.sweepIntervalMs);
    timer.unref();
  });
  server.on('close', () => clearInterval(timer));
}

function bodyProblem(
  { req, res, isRegistry, startedMs, receiving, isRefused }: Exchange,
  { nowMs, passedMs }: { nowMs: number; passedMs: number },
  limits: HttpLimits,
): string | undefined {
  if (req.complete || res.writableEnded || isRefused) return undefined;
  const isAwaited = req.readableFlowing === true;
  if (isTooSlow(receiving, isAwaited ? passedMs : 0, req.socket.bytesRead, limits)) {
    return `the body came too slowly: less than ${limits.minBytesPerSecond} bytes a second for ${limits.patienceMs / 1_000} s; try again over a faster connection`;
  }
  if (!isRegistry && isAwaited && nowMs - startedMs > limits.apiBodyMs) {
    return `the body did not arrive within ${limits.apiBodyMs / 1_000} s: send it again`;
  }
  return undefined;
}

function refuseBody(exchange: Exchange, message: string): void {
  const { req, res } = exchange;
  exchange.isRefused = true;
  const refusal: Refusal = { status: 408, code: 'REQUEST_TIMEOUT', message };
  if (res.headersSent) req.socket.destroy();
  // Not `destroy`, which would take the connection with it, and the answer.
  else if (req.listenerCount('error') > 0) req.emit('error', new RequestTimeoutError(message));
  else refuse(res, refusal);
}

// What a stream has on its way at a time, such as the file of a blob.
const streamBytes = 2 * 1024 * 1024;
// A client that has used up this share of its patience takes next to nothing.
const stalledShare = 0.1;
const floodFactor = 2;
const ceilingFactor = 4;

/**
 * Bounds what waits in memory for all clients together: beyond the bound those are cut that take next to nothing, the
 * slowest first and among equals those for whom most waits, until it fits. Where it is beyond twice as much, as by a
 * flood of large answers that nobody has had the time to take, whoever has one may be cut. Streams to clients that do take
 * them are left alone: they hold little each. Beyond four times as much, whoever may be cut, the slowest first.
 */
export function cutMostUnsent(
  connections: Connections,
  { maxUnsentBytes, patienceMs }: Pick<HttpLimits, 'maxUnsentBytes' | 'patienceMs'>,
): void {
  let unsentBytes = 0;
  const waiting: { socket: Socket; leftMs: number; isStalled: boolean }[] = [];
  for (const { socket, exchange } of connections.active()) {
    if (!exchange || socket.writableLength === 0) continue;
    unsentBytes += socket.writableLength;
    const leftMs = exchange.sending.patienceMs;
    waiting.push({ socket, leftMs, isStalled: leftMs < patienceMs * (1 - stalledShare) });
  }
  if (unsentBytes <= maxUnsentBytes) return;
  waiting.sort((a, b) => a.leftMs - b.leftMs || b.socket.writableLength - a.socket.writableLength);
  for (const { socket, isStalled } of waiting) {
    if (unsentBytes <= maxUnsentBytes) return;
    const isFlood = unsentBytes > floodFactor * maxUnsentBytes && socket.writableLength > streamBytes;
    const isBeyondAll = unsentBytes > ceilingFactor * maxUnsentBytes;
    if (!(isStalled || isFlood || isBeyondAll)) continue;
    unsentBytes -= socket.writableLength;
    socket.destroy();
  }
}
