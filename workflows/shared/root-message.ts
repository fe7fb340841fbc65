import { TemporalFailure } from '@temporalio/workflow';

/** Temporal wraps what an activity threw; people want to read the innermost message. */
export function rootMessage(error: unknown): string {
  let current = error;
  while (current instanceof TemporalFailure && current.cause instanceof Error) current = current.cause;
  return current instanceof Error ? current.message : String(current);
}
