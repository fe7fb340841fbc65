import { sleep } from '@temporalio/workflow';
import { integerParameter, type JobInput } from './shared/job-input.ts';
import { createProgressReport } from './shared/progress.ts';

export interface SleepResult {
  readonly seconds: number;
}

/** `sleep`: does nothing for `seconds` (60), as MSR's job of that name. Good for trying out schedules and cancels. */
export async function sleepJob(input: JobInput): Promise<SleepResult> {
  const seconds = integerParameter(input, 'seconds', 60);
  createProgressReport({ phase: 'sleeping', itemsDone: 0, note: `Wakes after ${seconds} s.` });
  await sleep(seconds * 1_000, { summary: `sleep ${seconds} s` });
  return { seconds };
}
