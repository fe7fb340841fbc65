import { createHmac, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/**
 * What a process knows for a minute of secrets that were right: a client that pulls sends its password with every
 * request, and is not to wait for each as long as somebody who guesses.
 */
export interface SecretMemory<T> {
  /** Names something secret by a digest under a key of this memory: the secret itself is not kept. */
  readonly digestOf: (...parts: readonly string[]) => string;
  /** What was remembered within the last minute, or undefined. */
  readonly recall: (digest: string) => T | undefined;
  /** Remembers for a minute from now. */
  readonly remember: (digest: string, value: T) => void;
  readonly forget: (digest: string) => void;
}

const rememberMs = 60_000;
const maxRemembered = 10_000;

/** Makes a memory of its own; of too many, those that were used least lately are forgotten. */
export function createSecretMemory<T extends string | true>(): SecretMemory<T> {
  const key = randomBytes(32);
  const entries = new LRUCache<string, T>({ max: maxRemembered, ttl: rememberMs });
  return {
    digestOf: (...parts) => createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url'),
    recall: (digest) => entries.get(digest),
    remember: (digest, value) => void entries.set(digest, value),
    forget: (digest) => void entries.delete(digest),
  };
}
