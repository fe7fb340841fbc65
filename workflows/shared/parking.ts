import { condition, setHandler, workflowInfo } from '@temporalio/workflow';
import { localActivities } from './activities.ts';
import { recordOptions } from './options.ts';
import { proceedSignal } from './parking-messages.ts';

const { recordJobParked } = localActivities(recordOptions);

/** The waits of one workflow in which it does nothing, and holds up nobody. */
export interface Parking {
  /**
   * Gives the job's place back, and waits until the delay is over and the job has been admitted again.
   *
   * @throws CancelledFailure where the job is cancelled while it waits
   */
  wait(delayMs: number): Promise<void>;
}

/** Makes a workflow that can be parked. Call once, before the workflow's first await. */
export function createParking(): Parking {
  const proceeds = receiveProceeds();
  let waits = 0;
  return {
    wait: async (delayMs) => {
      const { workflowId: jobId, runId } = workflowInfo();
      const id = `${runId}:${++waits}`;
      if (await recordJobParked({ jobId, id, delayMs })) await proceeds.waitFor(id);
    },
  };
}

/** From now on the workflow hears when a parking is over. Call before what leads to it. */
export function receiveProceeds(): { readonly waitFor: (parkingId: string) => Promise<void> } {
  const received = new Set<string>();
  setHandler(proceedSignal, (id) => void received.add(id), {
    description: 'Sent by Jobrunner: there is a place for the job again.',
  });
  return { waitFor: (id) => condition(() => received.has(id)) };
}
