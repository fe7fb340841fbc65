/** The wish of whoever started this process that it ends. */
export interface StopSignals {
  /** Aborted at the first signal. */
  readonly stop: AbortSignal;
  /** Resolves at the first signal. */
  readonly stopped: Promise<void>;
}

export interface StopSignalOptions {
  readonly onStop: () => void;
  /** Called at a second signal, which asks to end at once. */
  readonly onInsist: () => void;
}

// npm passes a terminal's Ctrl-C on to a program that the terminal has already told: one key press is two signals.
const samePressMs = 1_000;

/** Watches for Ctrl-C, SIGTERM, and the terminal going away. */
export function watchStopSignals({ onStop, onInsist }: StopSignalOptions): StopSignals {
  const controller = new AbortController();
  let firstMs: number | undefined;
  const stopped = new Promise<void>((resolve) => {
    const onSignal = (): void => {
      if (firstMs === undefined) {
        firstMs = performance.now();
        controller.abort();
        onStop();
        resolve();
      } else if (performance.now() - firstMs > samePressMs) onInsist();
    };
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
  });
  // A terminal that has gone takes no more lines, which is no reason to stop in disorder.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return { stop: controller.signal, stopped };
}
