import { condition, patched, setHandler, workflowInfo } from '@temporalio/workflow';
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
      const isParked = () => recordJobParked({ jobId, id, delayMs });
      if (await isParked()) await proceeds.waitFor(id, isParked, delayMs);
    },
  };
}

/** Hears of the ends of parkings. */
export interface Proceeds {
  /**
   * Waits until a parking is over.
   *
   * @param isParked parks the job where nobody knows of it any more, and gives false where nothing will be sent
   * @param delayMs how long nothing can be sent
   */
  waitFor(parkingId: string, isParked: () => Promise<boolean>, delayMs: number): Promise<void>;
}

const firstLookMs = 60_000;
const lastLookMs = 3_600_000;

/** From now on the workflow hears when a parking is over. Call before what leads to it. */
export function receiveProceeds(): Proceeds {
  const received = new Set<string>();
  setHandler(proceedSignal, (id) => void received.add(id), {
    description: 'Sent by Jobrunner: there is a place for the job again.',
  });
  const hasCome = (id: string) => () => received.has(id);
  return {
    waitFor: async (id, isParked, delayMs) => {
      if (!patched('parkings-are-looked-at')) return condition(hasCome(id));
      // A database or a Temporal that was put back to an earlier day has forgotten the parking, or that it was over.
      for (let lookMs = firstLookMs; !(await condition(hasCome(id), delayMs + lookMs)); lookMs *= 2) {
        if (!(await isParked())) return;
        lookMs = Math.min(lookMs, lastLookMs / 2);
      }
    },
  };
}
