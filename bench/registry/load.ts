import { type Connection, createConnection } from './connection.ts';
import type { Target } from './target.ts';

/** What is done again and again. Gives the bytes of content that went either way; throws where an answer was wrong. */
export type Operation = (connection: Connection) => Promise<number>;

export interface LoadOptions {
  readonly connections: number;
  /** No operation starts after this; those under way are awaited. */
  readonly durationMs: number;
  /** How often each connection does it at least, however long that takes. */
  readonly leastPerConnection: number;
  /** No operation starts after this much content, so that the disk does not fill. */
  readonly maxBytes: number;
}

/** What came of it. */
export interface Load {
  readonly latenciesMs: readonly number[];
  readonly elapsedMs: number;
  readonly bytes: number;
  readonly errors: number;
  readonly firstError: string | undefined;
  /** Processor time of the load itself. */
  readonly ownCpuMs: number;
}

// A server that refuses everything must not be asked a million times.
const maxErrors = 100;

/** Runs an operation on several connections at once, each without a pause. */
export async function runLoad(target: Target, operation: Operation, options: LoadOptions): Promise<Load> {
  const latenciesMs: number[] = [];
  let bytes = 0;
  let errors = 0;
  let firstError: string | undefined;
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  const endMs = startedMs + options.durationMs;

  async function work(): Promise<void> {
    const connection = createConnection(target);
    try {
      for (let done = 0; errors < maxErrors; done++) {
        const beganMs = performance.now();
        if (done >= options.leastPerConnection && (beganMs >= endMs || bytes >= options.maxBytes)) return;
        try {
          const operationBytes = await operation(connection);
          bytes += operationBytes;
          latenciesMs.push(performance.now() - beganMs);
        } catch (error) {
          errors++;
          firstError ??= (error as Error).message;
        }
      }
    } finally {
      connection.close();
    }
  }

  await Promise.all(Array.from({ length: options.connections }, work));
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    latenciesMs,
    elapsedMs: performance.now() - startedMs,
    bytes,
    errors,
    firstError,
    ownCpuMs: (user + system) / 1_000,
  };
}
