import { ApplicationFailure } from '@temporalio/workflow';
import type { JobInput } from './shared/job-input.ts';
import { createProgressReport } from './shared/progress.ts';

/** `false`: always fails, as MSR's job of that name. Good for trying out retries and alerts. */
export async function alwaysFails(_input: JobInput): Promise<never> {
  createProgressReport({ phase: 'failing', itemsDone: 0 });
  throw ApplicationFailure.nonRetryable('the job "false" always fails', 'AlwaysFails');
}
