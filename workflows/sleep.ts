import { sleep } from '@temporalio/workflow';
import { sleepAction } from '../jobs/actions/sleep.ts';
import type { JobSpec } from '../jobs/records/job-spec.ts';
import { readParameters } from './shared/parameters.ts';
import { createProgressReport } from './shared/progress.ts';
import { createSteering } from './shared/steering.ts';

export interface SleepResult {
  readonly seconds: number;
}

/**
 * `sleep`: does nothing for `seconds` (60), as MSR's job of that name. Good for trying out schedules and cancels. A pause
 * makes it last longer by as much.
 */
export async function sleepJob(input: JobSpec): Promise<SleepResult> {
  const { seconds } = readParameters(sleepAction, input);
  const report = createProgressReport({ phase: 'sleeping', itemsDone: 0, note: `Wakes after ${seconds} s.` });
  const steering = createSteering(report);
  let leftMs = seconds * 1_000;
  for (let isAwake = false; !isAwake;) {
    const startedMs = Date.now();
    const summary = `sleep ${Math.ceil(leftMs / 1_000)} s`;
    isAwake = await steering.waitUnlessPaused(() => sleep(leftMs, { summary }));
    leftMs = Math.max(0, leftMs - (Date.now() - startedMs));
    await steering.checkpoint();
  }
  return { seconds };
}
