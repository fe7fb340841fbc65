import { isDeepStrictEqual } from 'node:util';
import { type Static, type TObject, type TProperties, type TSchema, Type } from 'typebox';
import { parseDurationMs } from '../../config/duration.ts';
import { isSettingName, readSettings, settingFields, type Settings, updateSettings } from '../../settings/settings.ts';
import { DomainError } from '../../errors/domain-error.ts';
import type { SettingsDeps, ApiInstance } from '../http/instance.ts';
import { auditedChange } from '../http/audited-change.ts';
import { describeValidation } from '../http/describe-validation.ts';
import { allReadOnly } from '../http/schemas.ts';

const config = { access: 'system-admin' } as const;
const tags = ['settings'];

/** Why MSR's clients find a field in the settings that cannot be changed there. */
const fixedBecause = {
  dtrHost: 'PUBLIC_URL says it',
  clientCertAuthEnabled: 'client certificates are not asked for here',
  sso: 'there is no single sign-on with UCP',
  webTLSCert: 'TLS_CERT_FILE names the certificate',
  webTLSKey: 'TLS_KEY_FILE names the key',
  webTLSCA: 'TLS_CERT_FILE holds the chain',
  webTLSClientCA: 'client certificates are not asked for here',
  scanningEnabled: 'this version has no scanner',
  scanningSyncOnline: 'this version has no scanner',
  scanningDeadline: 'this version has no scanner',
  scanningEnableAutoRecheck: 'this version has no scanner',
  httpProxy: 'the environment of the server says it',
  httpsProxy: 'the environment of the server says it',
  noProxy: 'the environment of the server says it',
  logHost: 'the log goes to standard error',
  logLevel: 'LOG_LEVEL says it',
  logProtocol: 'the log goes to standard error',
  nfsHost: 'JOBRUNNER_DATA_DIR or BLOB_STORE says where blobs are',
  nfsPath: 'JOBRUNNER_DATA_DIR or BLOB_STORE says where blobs are',
  storageVolume: 'JOBRUNNER_DATA_DIR or BLOB_STORE says where blobs are',
  replicaID: 'the processes of an installation are equals',
  replicaSettings: 'the processes of an installation are equals',
} as const;
type FixedField = keyof typeof fixedBecause;

const fixedNames = Object.keys(fixedBecause) as readonly FixedField[];

/** What they show. The key of a certificate is shown to nobody. */
const fixedFields = allReadOnly({
  dtrHost: Type.String(),
  clientCertAuthEnabled: Type.Boolean(),
  sso: Type.Boolean(),
  webTLSCert: Type.String(),
  webTLSCA: Type.String(),
  webTLSClientCA: Type.String(),
  scanningEnabled: Type.Boolean(),
  scanningSyncOnline: Type.Boolean(),
  scanningDeadline: Type.Integer(),
  scanningEnableAutoRecheck: Type.Boolean(),
  httpProxy: Type.String(),
  httpsProxy: Type.String(),
  noProxy: Type.String(),
  logHost: Type.String(),
  logLevel: Type.String(),
  logProtocol: Type.String(),
  nfsHost: Type.String(),
  nfsPath: Type.String(),
  storageVolume: Type.String(),
  replicaID: Type.String(),
  replicaSettings: Type.Object({}),
}) satisfies Record<Exclude<FixedField, 'webTLSKey'>, TSchema>;
const SettingsView = Type.Object({ ...withoutDefaults(settingFields), ...fixedFields }, { title: 'Settings' });

// What a change names of them is compared with what is shown, so that it may be whatever MSR would take.
const FixedValue = Type.Union([
  Type.Boolean(),
  Type.Number(),
  // Certificates with those above them, and their keys.
  Type.String({ maxLength: 65_536 }),
  // Settings of replicas: what they are is not looked at.
  Type.Object({}, { maxProperties: 100, propertyNames: Type.String({ maxLength: 100 }) }),
  Type.Null(),
]);

/** Fields that are not filled in where they are left out. */
function withoutDefaults<Fields extends TProperties>(fields: Fields): Fields {
  const entries = Object.entries(fields as Record<string, TSchema & { default?: unknown }>);
  return Object.fromEntries(entries.map(([name, { default: _default, ...field }]) => [name, field])) as Fields;
}

const changeForm = Type.Object(
  {
    // What is not named stays.
    ...Type.Partial(Type.Object(withoutDefaults(settingFields))).properties,
    ...Object.fromEntries(fixedNames.map((name) => [name, Type.Optional(FixedValue)])),
  },
  { additionalProperties: false },
);

/**
 * `/api/v0/meta/settings` (DTR 2.7 API, forms.Settings and responses.Settings). A change names only what is to
 * change. Fields of MSR that something else decides here are shown, and taken as they are shown, for many clients send
 * back all that they read; another value is refused, since it would be believed and do nothing.
 */
export function settingsRoutes(app: ApiInstance, deps: SettingsDeps): void {
  const { pool, wakeSettings } = deps;
  const fixed = fixedValues(deps);
  const { webTLSKey: _secret, ...shown } = fixed;
  const view = (settings: Settings): Static<typeof SettingsView> => ({ ...settings, ...shown });

  app.get(
    '/api/v0/meta/settings',
    { config, schema: { summary: 'Show the settings', tags, response: { 200: SettingsView } } },
    async () => view(await readSettings(pool)),
  );

  app.post(
    '/api/v0/meta/settings',
    {
      config,
      attachValidation: true,
      schema: { summary: 'Change settings', tags, body: changeForm, response: { 202: SettingsView } },
    },
    async (request, reply) => {
      const { validation } = request.validationError ?? {};
      if (validation) throw invalid(describeValidation(validation, 'settings'));
      const changes = readChanges(request.body, fixed);
      await auditedChange(deps, request, async (tx, record) => {
        const changed = await updateSettings(tx, changes);
        if (changed.length === 0) return;
        const name = changed.map(({ setting }) => setting).join(' ');
        await record({ kind: 'SETTINGS_UPDATE', object: { id: 'settings', name }, details: { changes: changed } });
      });
      wakeSettings.send();
      return reply.code(202).send(view(await readSettings(pool)));
    },
  );
}

function fixedValues({ publicUrl }: SettingsDeps): Static<TObject<typeof fixedFields>> & { webTLSKey: string } {
  return {
    dtrHost: new URL(publicUrl).host,
    clientCertAuthEnabled: false,
    sso: false,
    webTLSCert: '',
    webTLSKey: '',
    webTLSCA: '',
    webTLSClientCA: '',
    scanningEnabled: false,
    scanningSyncOnline: false,
    scanningDeadline: 0,
    scanningEnableAutoRecheck: false,
    httpProxy: '',
    httpsProxy: '',
    noProxy: '',
    logHost: '',
    logLevel: '',
    logProtocol: '',
    nfsHost: '',
    nfsPath: '',
    storageVolume: '',
    replicaID: '',
    replicaSettings: {},
  };
}

/** @throws DomainError INVALID_SETTINGS */
function readChanges(
  body: Readonly<Record<string, unknown>>,
  fixed: Readonly<Record<FixedField, unknown>>,
): Partial<Settings> {
  for (const name of fixedNames) {
    const isSame = body[name] === undefined || isDeepStrictEqual(body[name], fixed[name]);
    if (!isSame) throw invalid(`${name} cannot be changed here: ${fixedBecause[name]}; leave it out`);
  }
  const changes: Partial<Settings> = Object.fromEntries(Object.entries(body).filter(([name]) => isSettingName(name)));
  for (const name of ['jobHistoryMaxAge', 'repoEventHistoryMaxAge'] as const) {
    const text = changes[name] ?? '';
    if (text !== '' && parseDurationMs(text) === undefined) {
      throw invalid(`${name} "${text}" is not a duration such as 720h, nor empty for no limit`);
    }
  }
  return changes;
}

function invalid(message: string): DomainError {
  return new DomainError('INVALID_SETTINGS', message);
}
