import { Type } from 'typebox';
import type { Queryable } from '../database/pool.ts';
import { TryAgainError } from '../database/transaction.ts';
import { DomainError } from '../errors/domain-error.ts';

/** How many of one kind of thing there may be in one place. */
export interface Limit {
  readonly default: number;
  /** The things that count, in the plural. */
  readonly things: string;
  /** What they are counted by; one of the installation is counted in all. */
  readonly place: 'account' | 'namespace' | 'organization' | 'repository' | 'installation';
  /** Who makes them. */
  readonly makers: string;
  /** What makes room; undefined: the oldest goes by itself, and nobody is refused. */
  readonly remedy?: string;
}

const deleteUnused = 'delete those not in use';

/**
 * The limits on what can be made, under the names of the settings that say them. They hold for whoever makes something,
 * system administrators included. What is here already stays when a limit becomes smaller.
 */
export const limits = {
  maxRepositoriesPerNamespace: {
    default: 10_000,
    things: 'repositories',
    place: 'namespace',
    makers: 'administrators of the namespace, and robots that may, also by a push',
    remedy: deleteUnused,
  },
  maxManifestsPerRepository: {
    default: 100_000,
    things: 'manifests',
    place: 'repository',
    makers: 'whoever may push',
    remedy: 'delete those not in use, or have the job onlinegc_metadata collect those without a tag',
  },
  maxTagsPerRepository: {
    default: 100_000,
    things: 'tags',
    place: 'repository',
    makers: 'whoever may push',
    remedy: 'delete those not in use, or set a tagLimit for the repository',
  },
  maxOpenUploadsPerRepository: {
    default: 2_000,
    things: 'open uploads',
    place: 'repository',
    makers: 'whoever may push',
    remedy: 'end or cancel some, or try again in a while',
  },
  maxOpenUploadsPerAccount: {
    default: 1_000,
    things: 'open uploads',
    place: 'account',
    makers: 'the account or robot itself',
    remedy: 'end or cancel some, or try again in a while',
  },
  maxWebhooksPerRepository: {
    default: 50,
    things: 'webhooks of its own',
    place: 'repository',
    makers: 'administrators of the repository',
    remedy: deleteUnused,
  },
  maxWebhooksPerNamespace: {
    default: 50,
    things: 'webhooks of its own',
    place: 'namespace',
    makers: 'administrators of the namespace',
    remedy: deleteUnused,
  },
  maxWebhooksOfInstallation: {
    default: 50,
    things: 'webhooks without a key',
    place: 'installation',
    makers: 'system administrators',
    remedy: deleteUnused,
  },
  maxRobotsPerNamespace: {
    default: 1_000,
    things: 'robots',
    place: 'namespace',
    makers: 'administrators of the namespace',
    remedy: deleteUnused,
  },
  maxRobotsOfInstallation: {
    default: 1_000,
    things: 'robots without a namespace',
    place: 'installation',
    makers: 'system administrators',
    remedy: deleteUnused,
  },
  maxTeamsPerOrganization: {
    default: 1_000,
    things: 'teams',
    place: 'organization',
    makers: 'owners of the organization',
    remedy: deleteUnused,
  },
  maxAccessTokensPerAccount: {
    default: 1_000,
    things: 'access tokens',
    place: 'account',
    makers: 'the account itself',
    remedy: deleteUnused,
  },
  maxRefreshTokensPerAccount: {
    default: 100,
    things: 'refresh tokens',
    place: 'account',
    makers: 'clients that sign in for the account',
  },
  maxSessionsPerAccount: {
    default: 100,
    things: 'sessions of browsers',
    place: 'account',
    makers: 'whoever signs in to the account',
  },
  maxPublicKeysPerAccount: {
    default: 100,
    things: 'certificates',
    place: 'account',
    makers: 'the account itself',
    remedy: deleteUnused,
  },
  maxWaitingJobsPerAccount: {
    default: 1_000,
    things: 'waiting jobs that were asked for by the API',
    place: 'account',
    makers: 'system administrators',
    remedy: 'wait until some have started, or cancel them (POST /api/v0/jobs/cancel)',
  },
  maxCrons: {
    default: 1_000,
    things: 'crons',
    place: 'installation',
    makers: 'system administrators',
    remedy: deleteUnused,
  },
  maxContentCaches: {
    default: 100,
    things: 'content caches',
    place: 'installation',
    makers: 'system administrators',
    remedy: deleteUnused,
  },
  maxDeployments: {
    default: 100,
    things: 'deployments of workers',
    place: 'installation',
    makers: 'system administrators',
    remedy: 'use the names of those that workers have',
  },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof limits;

export const limitNames = Object.keys(limits) as readonly LimitName[];

/** The most that a limit can be set to: what is counted under a lock must be counted soon. */
const largestLimit = 1_000_000;

function settingOf(defaultMax: number) {
  return Type.Integer({ minimum: 1, maximum: largestLimit, default: defaultMax });
}

/** The limits as settings. */
export const limitFields = Object.fromEntries(
  limitNames.map((name) => [name, settingOf(limits[name].default)]),
) as Record<LimitName, ReturnType<typeof settingOf>>;

/** Something would be made beyond a limit. The message says which, where it is set, and what makes room. */
export class LimitReachedError extends DomainError {
  override name = 'LimitReachedError';
  readonly limit: LimitName;
  readonly max: number;

  /** @param place the name of what things are counted by; empty for the installation */
  constructor(limit: LimitName, max: number, place: string) {
    const { things, place: kind, remedy = deleteUnused }: Limit = limits[limit];
    const where = kind === 'installation' ? 'this installation' : `the ${kind} "${place}"`;
    super(
      'LIMIT_REACHED',
      `${where} has ${max.toLocaleString('en')} ${things}, as many as the setting ${limit} allows: ${remedy}, or have a system administrator raise it at /api/v0/meta/settings`,
    );
    this.limit = limit;
    this.max = max;
  }
}

/** What counts towards a limit in one place. */
export interface Counted {
  readonly limit: LimitName;
  /** The name of the place, for the message; empty for the installation. */
  readonly place: string;
  /** What tells the place from others, where its name is not enough. */
  readonly key?: string | number;
  /** A query with one row for each thing, which an index answers. */
  readonly things: string;
  readonly values: readonly unknown[];
}

/** How many there may be, as the settings say it now. */
export async function readLimit(q: Queryable, limit: LimitName): Promise<number> {
  const { rows } = await q.query<{ value: number }>('SELECT value FROM jobs.settings WHERE name = $1', [limit]);
  return rows[0]?.value ?? limits[limit].default;
}

/** Lets nobody else make things that count there until the transaction ends. */
export async function lockLimit(tx: Queryable, { limit, place, key = place }: PlaceOfLimit): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [lockName(limit, key)]);
}

type PlaceOfLimit = Pick<Counted, 'limit' | 'place' | 'key'>;

function lockName(limit: LimitName, key: string | number): string {
  return `${limit} ${key}`;
}

/**
 * Refuses what the transaction has made where it is beyond a limit. Call it after the insertion: whoever makes more in
 * the same place waits here until the transaction ends, and counts what it leaves. It costs what counting costs: it goes
 * no further than one beyond the limit.
 *
 * @throws LimitReachedError
 */
export async function assertWithinLimit(tx: Queryable, counted: Counted): Promise<void> {
  await lockLimit(tx, counted);
  const max = await readLimit(tx, counted.limit);
  if ((await countThings(tx, counted, max + 1)) > max) throw new LimitReachedError(counted.limit, max, counted.place);
}

async function countThings(tx: Queryable, { things, values }: Counted, most: number): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(
    `SELECT count(*) AS count FROM (${things} LIMIT $${values.length + 1}) counted`,
    [...values, most],
  );
  return rows[0]?.count ?? 0;
}

/** How the limit on something is kept that is made all the time; outlives the attempts of a transaction. */
export interface BusyLimit {
  /** Whether the limit may be near, so that one comes after the other. */
  isNear: boolean;
}

// More than there are connections to a database.
const mostAtOnce = 1_000;

/**
 * The same for what many make in one place at once, one in a transaction. Where the limit is further than as many as can
 * be under way, they share the lock and nobody waits; nobody else is alone with it meanwhile. Where it is near, the
 * transaction begins again and waits for its turn.
 *
 * @param max the setting
 * @throws LimitReachedError; TryAgainError, which `withTransaction` takes
 */
export async function assertWithinBusyLimit(
  tx: Queryable,
  counted: Counted,
  max: number,
  busy: BusyLimit,
): Promise<void> {
  busy.isNear ||= max <= mostAtOnce;
  const { limit, place, key = place } = counted;
  const lock = busy.isNear ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared';
  await tx.query(`SELECT ${lock}(hashtextextended($1, 0))`, [lockName(limit, key)]);
  const count = await countThings(tx, counted, max + 1);
  if (count > max) throw new LimitReachedError(limit, max, place);
  if (busy.isNear || count <= max - mostAtOnce) return;
  busy.isNear = true;
  throw new TryAgainError(`the ${place} is near its limit ${limit}`);
}
