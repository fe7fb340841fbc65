import type { Socket } from 'node:net';
import type { HttpLimits } from './http-limits.ts';

/** How much longer a client is waited for that sends, or takes, more slowly than it may. */
export interface Pace {
  patienceMs: number;
  /** What had passed in all when it was last looked at. */
  totalBytes: number;
}

export type LeastPace = Pick<HttpLimits, 'minBytesPerSecond' | 'patienceMs'>;

/** The pace of a body that begins, after `totalBytes` have passed. */
export function createPace({ patienceMs }: LeastPace, totalBytes: number): Pace {
  return { patienceMs, totalBytes };
}

/**
 * Counts another stretch of time: waiting uses patience up, and bytes bring back what they take at the least pace, up to
 * what there was at first. So who is silent is cut as long after the last byte, and who trickles sooner or later.
 *
 * @param waitedMs how much of it was spent waiting for the client
 * @param totalBytes what has passed in all
 * @returns whether the client is slower than it may be
 */
export function isTooSlow(pace: Pace, waitedMs: number, totalBytes: number, least: LeastPace): boolean {
  const earnedMs = ((totalBytes - pace.totalBytes) / least.minBytesPerSecond) * 1_000;
  pace.totalBytes = totalBytes;
  pace.patienceMs = Math.min(least.patienceMs, pace.patienceMs + earnedMs) - waitedMs;
  return pace.patienceMs <= 0;
}

interface Handle {
  readonly bytesWritten: number;
  readonly writeQueueSize: number;
}

/**
 * How many bytes the operating system has taken on a connection. Node's public counters count a buffer when it is handed
 * over, or when all of it is gone: a client that takes a megabyte slowly would look like one that takes nothing.
 */
export function takenBytes(socket: Socket): number {
  const { _handle: handle } = socket as Socket & { readonly _handle?: Handle | null };
  return handle ? handle.bytesWritten - handle.writeQueueSize : socket.bytesWritten - socket.writableLength;
}
