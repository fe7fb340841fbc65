import { type Static, Type } from 'typebox';
import { follow, type Followed } from '../database/follow.ts';
import type { Listener } from '../database/listener.ts';
import type { Queryable } from '../database/pool.ts';
import { limitFields } from './limits.ts';

const off = Type.Boolean({ default: false });
const toKeep = Type.Integer({ minimum: 0, maximum: 1_000_000_000_000, default: 0 });
// A Go duration such as 720h.
const maxAge = Type.String({ maxLength: 40, default: '' });

/**
 * What administrators set while the program runs, under the names of MSR (DTR 2.7 API, forms.Settings), with the
 * defaults. Of a history both limits count, whichever is met first; 0 and the empty text are no limit.
 */
export const settingFields = {
  /** Whether a push makes its repository, where the pusher may create one. */
  createRepositoryOnPush: Type.Boolean({ default: true }),
  /** Whether whatever would change the content of repositories is refused (registry/read-only.ts). */
  readOnlyRegistry: off,
  jobHistoryCompactionEnabled: off,
  jobHistoryToKeep: toKeep,
  jobHistoryMaxAge: maxAge,
  repoEventHistoryCompactionEnabled: off,
  repoEventHistoryToKeep: toKeep,
  repoEventHistoryMaxAge: maxAge,
  /** Whether usage totals are sent to ANALYTICS_URL. */
  reportAnalytics: off,
  /** Whether they go without names. */
  anonymizeAnalytics: off,
  /** Whether the cookies of sessions end with the browser. */
  disablePersistentCookies: off,
  /** Kept for MSR's clients: there is nothing here that would warn of missing backups. */
  disableBackupWarning: off,
  /** Kept for MSR's clients: there is nothing here that would look for upgrades. */
  disableUpgrades: off,
  /** How many of each thing there may be. */
  ...limitFields,
};
const settingsType = Type.Object(settingFields);

export type Settings = Static<typeof settingsType>;
export type SettingName = keyof Settings;

const names = Object.keys(settingFields) as readonly SettingName[];
/** The settings of an installation where nobody has changed any. */
export const defaultSettings = Object.fromEntries(
  names.map((name) => [name, (settingFields[name] as { readonly default?: unknown }).default]),
) as Settings;

/** Whether there is a setting of this name. */
export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(settingFields, name);
}

/** The settings as they are now. */
export async function readSettings(q: Queryable): Promise<Settings> {
  const { rows } = await q.query<{ name: string; value: unknown }>({
    name: 'read-settings',
    text: 'SELECT name, value FROM jobs.settings',
  });
  // Another version may have settings that this one has not.
  const stored = rows.filter(({ name }) => isSettingName(name)).map(({ name, value }) => [name, value] as const);
  return { ...defaultSettings, ...Object.fromEntries(stored) };
}

/** A setting that was changed, with the value before and the one after. */
export interface SettingChange {
  readonly setting: SettingName;
  readonly from: unknown;
  readonly to: unknown;
}

/**
 * Changes settings, in the caller's transaction. After the commit the caller wakes who follows them.
 *
 * @returns those that had another value before
 */
export async function updateSettings(tx: Queryable, changes: Partial<Settings>): Promise<SettingChange[]> {
  // Whoever else changes settings waits, so that the old values are those that were replaced.
  await tx.query('LOCK TABLE jobs.settings IN SHARE ROW EXCLUSIVE MODE');
  const before = await readSettings(tx);
  const changed = names.filter((name) => changes[name] !== undefined && changes[name] !== before[name]);
  if (changed.length === 0) return [];
  await tx.query(
    `INSERT INTO jobs.settings (name, value) SELECT key, value FROM jsonb_each($1::jsonb)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = now()`,
    [JSON.stringify(Object.fromEntries(changed.map((name) => [name, changes[name]])))],
  );
  return changed.map((name) => ({ setting: name, from: before[name], to: changes[name] }));
}

/** Stores settings that have never been stored: the defaults of a first start. */
export async function storeFirstSettings(q: Queryable, first: Partial<Settings>): Promise<void> {
  await q.query(
    `INSERT INTO jobs.settings (name, value) SELECT key, value FROM jsonb_each($1::jsonb) ON CONFLICT (name) DO NOTHING`,
    [JSON.stringify(first)],
  );
}

/** `jobs.settings` changed. */
export const settingsChannel = 'jobrunner_settings';
const pollIntervalMs = 1_000;

export interface FollowSettingsDeps {
  readonly q: Queryable;
  readonly listener: Pick<Listener, 'on'>;
  readonly onError: (error: unknown) => void;
}

/**
 * Keeps the settings in memory. A change is seen at once by NOTIFY, and within a second where that is lost.
 *
 * @throws Error where the database cannot be asked
 */
export function followSettings({ q, listener, onError }: FollowSettingsDeps): Promise<Followed<Settings>> {
  return follow({ read: () => readSettings(q), listener, channel: settingsChannel, pollIntervalMs, onError });
}
