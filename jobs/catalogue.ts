import type { Action } from './actions/action.ts';
import { analyticsReportAction } from './actions/analytics-report.ts';
import { blobVerifyAction } from './actions/blob-verify.ts';
import { falseAction } from './actions/false.ts';
import { gcAuditAction } from './actions/gc-audit.ts';
import { ldapSyncAction } from './actions/ldap-sync.ts';
import { onlinegcBlobsAction } from './actions/onlinegc-blobs.ts';
import { onlinegcEventsAction } from './actions/onlinegc-events.ts';
import { onlinegcJoblogsAction } from './actions/onlinegc-joblogs.ts';
import { onlinegcMetadataAction } from './actions/onlinegc-metadata.ts';
import { onlinegcAction } from './actions/onlinegc.ts';
import { sleepAction } from './actions/sleep.ts';
import { uploadPurgeAction } from './actions/upload-purge.ts';
import { webhookAction } from './actions/webhook.ts';

/** Every job action of this version. */
export const actions: readonly Action[] = [
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
];

const byName = new Map(actions.flatMap((action) => [action.name, ...action.aliases].map((name) => [name, action])));

/** The action of this name or alias, or undefined where there is none. */
export function findAction(name: string): Action | undefined {
  return byName.get(name);
}
