import type { ActionName } from '../../../jobs/actions/catalogue.ts';
import type { Scenarios } from '../scenario.ts';
import { analyticsReportScenarios } from './analytics-report.ts';
import { blobVerifyScenarios } from './blob-verify.ts';
import { falseScenarios } from './false.ts';
import { gcAuditScenarios } from './gc-audit.ts';
import { ldapSyncScenarios } from './ldap-sync.ts';
import { onlinegcScenarios } from './onlinegc.ts';
import { onlinegcBlobsScenarios } from './onlinegc-blobs.ts';
import { onlinegcEventsScenarios } from './onlinegc-events.ts';
import { onlinegcJoblogsScenarios } from './onlinegc-joblogs.ts';
import { onlinegcMetadataScenarios } from './onlinegc-metadata.ts';
import { sleepScenarios } from './sleep.ts';
import { uploadPurgeScenarios } from './upload-purge.ts';
import { webhookScenarios } from './webhook.ts';

/** What may become of the jobs of every action. */
export const scenarios: Readonly<Record<ActionName, Scenarios>> = {
  webhook: webhookScenarios,
  gc_audit: gcAuditScenarios,
  blob_verify: blobVerifyScenarios,
  onlinegc: onlinegcScenarios,
  onlinegc_blobs: onlinegcBlobsScenarios,
  onlinegc_events: onlinegcEventsScenarios,
  onlinegc_joblogs: onlinegcJoblogsScenarios,
  onlinegc_metadata: onlinegcMetadataScenarios,
  upload_purge: uploadPurgeScenarios,
  ldap_sync: ldapSyncScenarios,
  analytics_report: analyticsReportScenarios,
  sleep: sleepScenarios,
  false: falseScenarios,
};
