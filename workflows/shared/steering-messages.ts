import { defineSignal, defineUpdate } from '@temporalio/workflow';

/** Who asks for a pause or its end, and why. Both may be left out. */
export interface SteeringRequest {
  readonly by?: string;
  readonly note?: string;
}

/** What is wanted of a job; it pauses at its next checkpoint. */
export interface SteeringState {
  readonly isPauseWanted: boolean;
}

// As signals, which Temporal keeps while no worker runs: the API's way. As updates, which answer: for people in its UI.
export const pauseSignal = defineSignal<[SteeringRequest?]>('pause');
export const resumeSignal = defineSignal<[SteeringRequest?]>('resume');
export const pauseUpdate = defineUpdate<SteeringState, [SteeringRequest?]>('pause');
export const resumeUpdate = defineUpdate<SteeringState, [SteeringRequest?]>('resume');
