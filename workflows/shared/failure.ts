import { ApplicationFailure } from '@temporalio/workflow';
import type { FailureCode } from '../../errors/failure-code.ts';

/** The failure of a workflow, which ends its job: the message says what is wrong, where, and what to do. */
export function jobFailure(code: FailureCode, message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, code);
}
