import type { Operation } from './load.ts';
import type { Target } from './target.ts';

/** One thing that registries are asked to do. */
export interface Workload {
  readonly name: string;
  /** By which the number of connections goes. */
  readonly kind: 'blob' | 'metadata';
  /**
   * Puts into a registry what the operation needs, once.
   *
   * @returns signs in, for a measurement of less than five minutes, and gives the operation
   * @throws NotPossibleError where this registry cannot be prepared
   */
  prepare(target: Target): Promise<() => Promise<Operation>>;
}

/** A workload cannot be run on a registry; the message says why. */
export class NotPossibleError extends Error {
  override name = 'NotPossibleError';
}
