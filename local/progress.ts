/** Tells a person at a terminal what goes on. */
export interface Progress {
  /** Says that a step has begun to do something that takes its time. */
  note(message: string): void;
  /** Runs a step, and says at its end how long it took. A failed step says nothing: its error does. */
  step<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** @param write takes one line */
export function createProgress(write: (line: string) => void): Progress {
  return {
    note: (message) => write(`  ${message} …`),
    async step(name, work) {
      const startedMs = performance.now();
      const result = await work();
      write(`✓ ${name} (${((performance.now() - startedMs) / 1000).toFixed(1)} s)`);
      return result;
    },
  };
}
