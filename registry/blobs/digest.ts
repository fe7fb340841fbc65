import { createHash, type Hash } from 'node:crypto';
import { RegistryError } from '../errors.ts';

/** The algorithms that content may be named by; a further one is a further entry. */
const hexLengths = { sha256: 64, sha512: 128 } as const;

export type DigestAlgorithm = keyof typeof hexLengths;

/** The algorithm of content that comes without a digest, such as a manifest put by tag. */
export const defaultAlgorithm: DigestAlgorithm = 'sha256';

/** A well-formed digest of a supported algorithm. */
export interface Digest {
  readonly algorithm: DigestAlgorithm;
  /** `algorithm:hex`, as it is written on the wire and in the database. */
  readonly text: string;
}

const algorithms = Object.keys(hexLengths);

function isAlgorithm(name: string): name is DigestAlgorithm {
  return Object.hasOwn(hexLengths, name);
}

/**
 * Reads a digest (OCI image specification, "Digests").
 *
 * @returns undefined for one that is malformed or of an algorithm that is not supported
 */
export function parseDigest(text: string): Digest | undefined {
  const colon = text.indexOf(':');
  const algorithm = text.slice(0, Math.max(colon, 0));
  if (!isAlgorithm(algorithm)) return undefined;
  const hex = text.slice(colon + 1);
  return hex.length === hexLengths[algorithm] && /^[0-9a-f]+$/.test(hex) ? { algorithm, text } : undefined;
}

/**
 * Reads a digest that a client named.
 *
 * @throws RegistryError DIGEST_INVALID
 */
export function requireDigest(text: string): Digest {
  const digest = parseDigest(text);
  if (digest) return digest;
  throw new RegistryError(
    'DIGEST_INVALID',
    `"${text.slice(0, 160)}" is not a digest: send sha256:<64 hex digits> or sha512:<128 hex digits>, in lower case`,
    { detail: { digest: text.slice(0, 160) } },
  );
}

/**
 * Reads the name of an algorithm that a client chose.
 *
 * @throws RegistryError DIGEST_INVALID
 */
export function requireAlgorithm(name: string): DigestAlgorithm {
  if (isAlgorithm(name)) return name;
  throw new RegistryError(
    'DIGEST_INVALID',
    `the digest algorithm "${name.slice(0, 64)}" is not supported: use ${algorithms.join(' or ')}`,
    { detail: { algorithm: name.slice(0, 64), supported: algorithms } },
  );
}

/** Computes a digest as bytes pass. */
export interface Hasher {
  readonly algorithm: DigestAlgorithm;
  update(bytes: Uint8Array): void;
  /** A hasher that has seen the same bytes and goes its own way from here. */
  copy(): Hasher;
  /** The digest of the bytes seen so far, as `algorithm:hex`; the hasher can still be updated. */
  digest(): string;
}

/** Makes a hasher that has seen nothing. */
export function createHasher(algorithm: DigestAlgorithm): Hasher {
  return wrap(algorithm, createHash(algorithm));
}

function wrap(algorithm: DigestAlgorithm, hash: Hash): Hasher {
  return {
    algorithm,
    update: (bytes) => void hash.update(bytes),
    copy: () => wrap(algorithm, hash.copy()),
    digest: () => `${algorithm}:${hash.copy().digest('hex')}`,
  };
}

/** The digest of bytes that are at hand, as `algorithm:hex`. */
export function digestOf(bytes: Uint8Array, algorithm: DigestAlgorithm = defaultAlgorithm): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}
