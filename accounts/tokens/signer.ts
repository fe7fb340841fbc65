import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { DomainError } from '../../errors/domain-error.ts';
import { loadSigningKey, rotateSigningKey, type SigningKey } from './signing-keys.ts';
import type { Logger } from '../../log/logger.ts';

/** Knows the key that signs just now. */
export interface Signer {
  /** @throws DomainError UNAVAILABLE where the keys have not been readable for so long that the one known here may be retired */
  readonly key: () => SigningKey;
  readonly close: () => Promise<void>;
}

export interface SignerDeps {
  readonly pool: pg.Pool;
  /** 32 bytes. */
  readonly secretKey: Uint8Array;
  /** For how long a key signs before the next one takes its place. */
  readonly maxKeyAgeMs: number;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

const refreshIntervalMs = 30_000;
// The overlap of keys counts on this.
const maxStaleMs = 300_000;

/**
 * Loads the signing key and keeps it current: every half a minute it makes the next key where it is time, and reads which
 * one signs. Processes agree by way of the database.
 *
 * @throws Error where the stored key was encrypted under another secret key
 */
export async function createSigner({ pool, secretKey, maxKeyAgeMs, log }: SignerDeps): Promise<Signer> {
  const stop = new AbortController();
  let current = await loadSigningKey(pool, secretKey);
  let readAtMs = performance.now();

  async function refresh(): Promise<void> {
    if (await rotateSigningKey(pool, secretKey, maxKeyAgeMs)) log.info({}, 'made the next key that signs tokens');
    current = await loadSigningKey(pool, secretKey);
    readAtMs = performance.now();
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      await delay(refreshIntervalMs, undefined, { signal: stop.signal, ref: false }).catch(() => undefined);
      if (stop.signal.aborted) return;
      await refresh().catch((error: unknown) => log.warn({ err: error }, 'the signing key could not be read again'));
    }
  }
  const running = run();

  return {
    key: () => {
      if (performance.now() - readAtMs > maxStaleMs) {
        throw new DomainError('UNAVAILABLE', 'the keys that sign tokens cannot be read just now: try again');
      }
      return current;
    },
    close: async () => {
      stop.abort();
      await running;
    },
  };
}
