import { ApplicationFailure } from '@temporalio/activity';
import { DomainError } from '../errors/domain-error.ts';
import type { FailureCode } from '../errors/failure-code.ts';

/**
 * The failure of an activity that is tried again, unless the workflow's options name its code.
 *
 * @param cause what people should read of it comes last
 */
export function failed(code: FailureCode, message: string, cause?: Error): ApplicationFailure {
  return ApplicationFailure.create({ message, type: code, ...(cause && { cause }) });
}

/**
 * The failure of an activity that cannot be mended by trying again.
 *
 * @param details for the log of the job
 */
export function refused(code: FailureCode, message: string, details?: object): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, code, details);
}

/** What Temporal is told of what an activity has thrown: the type of a domain's error is its code. */
export function toFailure(error: unknown): unknown {
  if (!(error instanceof DomainError)) return error;
  const failure = failed(error.code, error.message, error.cause instanceof Error ? error.cause : undefined);
  if (error.stack !== undefined) failure.stack = error.stack;
  return failure;
}
