import { Type } from 'typebox';
import { readSettings } from '../../settings/settings.ts';
import { AlertView, findAlerts } from './alerts.ts';
import { ClusterStatusView, readClusterStatus } from './cluster-status.ts';
import type { SettingsDeps, ApiInstance } from '../http/instance.ts';
import { listOf } from '../http/schemas.ts';

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

const FeaturesView = Type.Object(
  {
    db_version: Type.Integer(),
    metadataStoreOptedIn: Type.Boolean(),
    mirroringLicensed: Type.Boolean(),
    onlineGCEnabled: Type.Boolean(),
    promotionLicensed: Type.Boolean(),
    scanningEnabled: Type.Boolean(),
    scanningLicensed: Type.Boolean(),
    ucpHost: Type.String(),
  },
  { title: 'Features' },
);
const tags = ['meta'];

/** What else is under `/api/v0/meta` (DTR 2.7 API): features, alerts, how the parts are; and the language. */
export function metaRoutes(app: ApiInstance, deps: SettingsDeps): void {
  app.get(
    '/api/v0/meta/features',
    { config: forAll, schema: { summary: 'Show what this version can do', tags, response: { 200: FeaturesView } } },
    async () => features,
  );

  app.get(
    '/api/v0/meta/alerts',
    {
      config: forAdmins,
      schema: { summary: 'List what an administrator has to look at', tags, response: { 200: listOf(AlertView) } },
    },
    async () => findAlerts(deps),
  );

  app.get(
    '/api/v0/meta/cluster_status',
    {
      config: forAdmins,
      schema: { summary: 'Show how the parts are', tags, response: { 200: ClusterStatusView } },
    },
    async () => readClusterStatus(deps, (await readSettings(deps.pool)).readOnlyRegistry),
  );

  // Everything that this server says is in one language.
  const language = { 200: Type.Object({ language: Type.String() }) };
  app.get(
    '/api/v0/accounts/language',
    { config: forAll, schema: { summary: 'Show the language of this server', tags, response: language } },
    async () => ({ language: 'en' }),
  );
}
