import type { Action } from './actions/action.ts';
import { falseAction } from './actions/false.ts';
import { onlinegcAction } from './actions/onlinegc.ts';
import { onlinegcBlobsAction } from './actions/onlinegc-blobs.ts';
import { onlinegcMetadataAction } from './actions/onlinegc-metadata.ts';
import { sleepAction } from './actions/sleep.ts';
import { uploadPurgeAction } from './actions/upload-purge.ts';
import { webhookAction } from './actions/webhook.ts';

/** Every job action of this version. */
export const actions: readonly Action[] = [
  webhookAction,
  onlinegcAction,
  onlinegcBlobsAction,
  onlinegcMetadataAction,
  uploadPurgeAction,
  sleepAction,
  falseAction,
];

const byName = new Map(actions.flatMap((action) => [action.name, ...action.aliases].map((name) => [name, action])));

/** The action of this name or alias, or undefined where there is none. */
export function findAction(name: string): Action | undefined {
  return byName.get(name);
}
