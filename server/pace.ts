import type { Socket } from 'node:net';

/** How quickly a client has sent or taken bytes in the stretch of waiting for it that is measured just now. */
export interface Pace {
  waitedMs: number;
  bytes: number;
  /** What had passed in all when it was last looked at. */
  totalBytes: number;
}

/** The least that has to pass. */
export interface LeastPace {
  readonly paceWindowMs: number;
  readonly minBytesPerWindow: number;
}

/** A pace of which nothing is known yet. */
export function createPace(): Pace {
  return { waitedMs: 0, bytes: 0, totalBytes: 0 };
}

/** Forgets what has been measured: a new body begins, in one direction or the other. */
export function restart(pace: Pace, totalBytes: number): void {
  pace.waitedMs = 0;
  pace.bytes = 0;
  pace.totalBytes = totalBytes;
}

/**
 * Counts another stretch of time.
 *
 * @param waitedMs how much of it was spent waiting for the client
 * @param totalBytes what has passed in all
 * @returns whether the client is slower than it may be
 */
export function isTooSlow(pace: Pace, waitedMs: number, totalBytes: number, least: LeastPace): boolean {
  pace.bytes += totalBytes - pace.totalBytes;
  pace.totalBytes = totalBytes;
  pace.waitedMs += waitedMs;
  if (pace.waitedMs < least.paceWindowMs) return false;
  const isSlow = pace.bytes < least.minBytesPerWindow;
  pace.bytes = 0;
  pace.waitedMs = 0;
  return isSlow;
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
