import type pg from 'pg';
import { markTokensUsed } from './client-tokens.ts';
import type { Logger } from '../../log/logger.ts';

/** Keeps when tokens and secrets of robots were last used, without a write for each request. */
export interface TokenUsage {
  readonly record: (hash: string) => void;
  /** Writes what is still in memory. */
  readonly close: () => Promise<void>;
}

const flushIntervalMs = 5_000;
const maxKept = 10_000;

/** Makes the recorder of a process: it writes every 5 seconds, or once it has many. */
export function createTokenUsage(pool: pg.Pool, log: Pick<Logger, 'warn'>): TokenUsage {
  let used = new Map<string, Date>();
  let writing: Promise<void> = Promise.resolve();

  function flush(): Promise<void> {
    if (used.size === 0) return writing;
    const batch = used;
    used = new Map();
    writing = writing
      .then(() => markTokensUsed(pool, batch))
      .catch((error: unknown) => log.warn({ err: error }, 'when tokens were last used could not be written'));
    return writing;
  }
  const timer = setInterval(() => void flush(), flushIntervalMs);
  timer.unref();

  return {
    record: (hash) => {
      used.set(hash, new Date());
      if (used.size >= maxKept) void flush();
    },
    close: () => {
      clearInterval(timer);
      return flush();
    },
  };
}
