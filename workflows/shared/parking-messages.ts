import { defineSignal } from '@temporalio/workflow';

/** The dispatcher lets a parked job go on; with the id of the parking. */
export const proceedSignal = defineSignal<[string]>('proceed');
