import { condition, setHandler, workflowInfo } from '@temporalio/workflow';
import type { ParkingOutcome } from '../../jobs/records/parking.ts';
import { localActivities } from './activities.ts';
import { jobFailure } from './failure.ts';
import { recordOptions } from './options.ts';
import { proceedSignal } from './parking-messages.ts';

const { recordJobParked } = localActivities(recordOptions);

/** The waits of one workflow in which it does nothing, and holds up nobody. */
export interface Parking {
  /**
   * Gives the job's place back, and waits until the delay is over and the job has been admitted again.
   *
   * @throws CancelledFailure where the job is cancelled while it waits; ApplicationFailure of type JOB_HAS_ENDED where its row
   *   has ended with this run, or is gone
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
      const park = () => recordJobParked({ jobId, runId, id, delayMs });
      if (isWaiting(await park())) await proceeds.waitFor(id, park, delayMs);
    },
  };
}

/** Hears of the ends of parkings. */
export interface Proceeds {
  /**
   * Waits until a parking is over.
   *
   * @param park parks the job where nobody knows of it any more
   * @param delayMs how long nothing can be sent
   * @throws ApplicationFailure of type JOB_HAS_ENDED
   */
  waitFor(parkingId: string, park: () => Promise<ParkingOutcome>, delayMs: number): Promise<void>;
}

const firstLookMs = 60_000;
const lastLookMs = 3_600_000;

/**
 * Whether a parking has yet to end.
 *
 * @throws ApplicationFailure of type JOB_HAS_ENDED: Temporal was put back to an earlier day, and all is done already
 */
export function isWaiting(outcome: ParkingOutcome): boolean {
  if (outcome === 'ended') {
    throw jobFailure('JOB_HAS_ENDED', 'the job has ended before, or was deleted: see its row');
  }
  return outcome === 'waiting';
}

/** From now on the workflow hears when a parking is over. Call before what leads to it. */
export function receiveProceeds(): Proceeds {
  const received = new Set<string>();
  setHandler(proceedSignal, (id) => void received.add(id), {
    description: 'Sent by Jobrunner: there is a place for the job again.',
  });
  const hasCome = (id: string) => () => received.has(id);
  return {
    waitFor: async (id, park, delayMs) => {
      // A database or a Temporal that was put back to an earlier day has forgotten the parking, or that it was over.
      let lookMs = firstLookMs;
      while (!(await condition(hasCome(id), delayMs + lookMs))) {
        if (!isWaiting(await park())) return;
        lookMs = Math.min(2 * lookMs, lastLookMs);
      }
    },
  };
}
