import type { JobSpec } from '../jobs/records/job-spec.ts';
import { jobFailure } from './shared/failure.ts';
import { createProgressReport } from './shared/progress.ts';

/** `false`: always fails, as MSR's job of that name. Good for trying out retries and alerts. */
export async function alwaysFails(_input: JobSpec): Promise<never> {
  createProgressReport({ phase: 'failing', itemsDone: 0 });
  throw jobFailure('ALWAYS_FAILS', 'the job "false" always fails');
}
