/** Buffers that are used again, so that moving bytes costs neither new memory nor the collection of old. */
export interface BufferPool {
  /** Somebody begins to move bytes, who has a buffer or two at a time. */
  enter(): void;
  /** Somebody is done. */
  leave(): void;
  /** Gives a buffer with anything in it. */
  take(): Buffer;
  /** Takes back a buffer that nobody reads or writes any more. */
  giveBack(buffer: Buffer): void;
}

export interface BufferPoolOptions {
  readonly bufferBytes: number;
  /** How many are kept while nobody needs them. */
  readonly maxKept: number;
  /** While more move bytes at once, each gets small buffers: very many slow clients then hold little. */
  readonly maxUsers: number;
  readonly smallBytes: number;
}

/** Makes a pool. It never refuses a buffer: how many are in use is bounded by those who take them. */
export function createBufferPool({ bufferBytes, maxKept, maxUsers, smallBytes }: BufferPoolOptions): BufferPool {
  const free: Buffer[] = [];
  let users = 0;
  return {
    enter: () => void users++,
    leave: () => void users--,
    take: () => {
      if (users > maxUsers) return Buffer.allocUnsafeSlow(smallBytes);
      // Memory of its own for each: a slice of Node's shared pool could not be that large anyway.
      return free.pop() ?? Buffer.allocUnsafeSlow(bufferBytes);
    },
    giveBack: (buffer) => {
      if (buffer.length === bufferBytes && free.length < maxKept) free.push(buffer);
    },
  };
}
