import { readSettings } from '../../settings/settings.ts';
import { findAlerts } from './alerts.ts';
import { readClusterStatus } from './cluster-status.ts';
import type { SettingsDeps, ApiInstance } from '../http/instance.ts';

const forAdmins = { access: 'system-admin' } as const;
const forAll = { access: 'authenticated' } as const;

// What MSR's licenses and switches would allow is what this version can do (DTR 2.7 API, responses.Features).
const features = {
  // Of the vulnerability database, which comes with a scanner.
  db_version: 0,
  metadataStoreOptedIn: true,
  mirroringLicensed: false,
  onlineGCEnabled: true,
  promotionLicensed: false,
  scanningEnabled: false,
  scanningLicensed: false,
  // Accounts are our own.
  ucpHost: '',
} as const;

/** What else is under `/api/v0/meta` (DTR 2.7 API): features, alerts, how the parts are; and the language. */
export function metaRoutes(app: ApiInstance, deps: SettingsDeps): void {
  app.get('/api/v0/meta/features', { config: forAll }, async () => features);

  app.get('/api/v0/meta/alerts', { config: forAdmins }, async () => findAlerts(deps));

  app.get('/api/v0/meta/cluster_status', { config: forAdmins }, async () =>
    readClusterStatus(deps, (await readSettings(deps.pool)).readOnlyRegistry),
  );

  // Everything that this server says is in one language.
  app.get('/api/v0/accounts/language', { config: forAll }, async () => ({ language: 'en' }));
}
