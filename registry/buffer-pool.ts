/** Buffers that are used again, so that moving bytes costs neither new memory nor the collection of old. */
export interface BufferPool {
  /** Gives a buffer with anything in it. */
  take(): Buffer;
  /** Takes back a buffer that nobody reads or writes any more. */
  giveBack(buffer: Buffer): void;
}

/**
 * Makes a pool. It never refuses a buffer: how many are in use is bounded by those who take them.
 *
 * @param bufferBytes size of each
 * @param maxKept how many are kept while nobody needs them
 */
export function createBufferPool(bufferBytes: number, maxKept: number): BufferPool {
  const free: Buffer[] = [];
  return {
    // Memory of its own for each: a slice of Node's shared pool could not be that large anyway.
    take: () => free.pop() ?? Buffer.allocUnsafeSlow(bufferBytes),
    giveBack: (buffer) => {
      if (free.length < maxKept) free.push(buffer);
    },
  };
}
