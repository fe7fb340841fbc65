import type { Action } from './action.ts';
import type { ActionParameters } from './parameter.ts';
import { analyticsReportAction } from './analytics-report.ts';
import { blobVerifyAction } from './blob-verify.ts';
import { falseAction } from './false.ts';
import { gcAuditAction } from './gc-audit.ts';
import { ldapSyncAction } from './ldap-sync.ts';
import { onlinegcBlobsAction } from './onlinegc-blobs.ts';
import { onlinegcEventsAction } from './onlinegc-events.ts';
import { onlinegcJoblogsAction } from './onlinegc-joblogs.ts';
import { onlinegcMetadataAction } from './onlinegc-metadata.ts';
import { onlinegcAction } from './onlinegc.ts';
import { sleepAction } from './sleep.ts';
import { uploadPurgeAction } from './upload-purge.ts';
import { webhookAction } from './webhook.ts';

const catalogue = [
  webhookAction,
  gcAuditAction,
  blobVerifyAction,
  onlinegcAction,
  onlinegcBlobsAction,
  onlinegcEventsAction,
  onlinegcJoblogsAction,
  onlinegcMetadataAction,
  uploadPurgeAction,
  ldapSyncAction,
  analyticsReportAction,
  sleepAction,
  falseAction,
] as const;

/** The name of an action of this version. What has to be there for each of them is a record by this. */
export type ActionName = (typeof catalogue)[number]['name'];

/** Every job action of this version. */
export const actions: readonly Action<ActionParameters, ActionName>[] = catalogue;

const byName = new Map(actions.flatMap((action) => [action.name, ...action.aliases].map((name) => [name, action])));

/** The action of this name or alias, or undefined where there is none. */
export function findAction(name: string): Action | undefined {
  return byName.get(name);
}
