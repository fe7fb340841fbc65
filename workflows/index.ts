// The registered workflows: the name of each export is the workflow's type, which is the name of its job action.
export { analyticsReport as analytics_report } from './analytics-report.ts';
export { blobVerify as blob_verify } from './blob-verify.ts';
export { alwaysFails as false } from './false.ts';
export { gcAudit as gc_audit } from './gc-audit.ts';
export { ldapSync as ldap_sync } from './ldap-sync.ts';
export { onlinegcBlobs as onlinegc_blobs } from './onlinegc-blobs.ts';
export { onlinegcEvents as onlinegc_events } from './onlinegc-events.ts';
export { onlinegcJoblogs as onlinegc_joblogs } from './onlinegc-joblogs.ts';
export { onlinegcMetadata as onlinegc_metadata } from './onlinegc-metadata.ts';
export { onlinegc } from './onlinegc.ts';
export { sleepJob as sleep } from './sleep.ts';
export { uploadPurge as upload_purge } from './upload-purge.ts';
export { webhook } from './webhook.ts';
