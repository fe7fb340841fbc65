import type pg from 'pg';
import type { Queryable } from '../../database/pool.ts';
import { sqlState, withTransaction } from '../../database/transaction.ts';
import { clientActorType } from '../../events/actor.ts';
import { recordAudit } from '../../events/audit.ts';
import { assertWithinLimit } from '../../settings/limits.ts';
import { RegistryError } from '../errors.ts';
import type { RepositoryName } from './names.ts';

const foreignKeyViolation = '23503';

/** What the data plane needs to know of a repository. */
export interface Repository {
  readonly id: number;
  readonly enableManifestLists: boolean;
  /** The most tags that it keeps; 0: no limit. */
  readonly tagLimit: number;
}

/** Finds a repository, or undefined. */
export async function findRepository(db: Queryable, name: RepositoryName): Promise<Repository | undefined> {
  const { rows } = await db.query<Repository>({
    name: 'registry-find-repository',
    text: `SELECT id, enable_manifest_lists AS "enableManifestLists",
                  tag_limit AS "tagLimit"
           FROM registry.repositories WHERE namespace = $1 AND name = $2`,
    values: [name.namespace, name.name],
  });
  return rows[0];
}

/** Whether a push makes the repository that it goes to. */
export interface CreationRules {
  /** MSR's setting `createRepositoryOnPush`. */
  readonly isOn: () => boolean;
  /** Whether the account of this name, empty for nobody, may make repositories in a namespace. */
  readonly isAllowed: (subject: string, namespace: string) => Promise<boolean>;
}

/**
 * Finds a repository that something is pushed to, and makes it, private, if it is not there yet.
 *
 * @throws RegistryError NAME_UNKNOWN where the namespace has no account, and where pushes make no repositories; DENIED
 *   where the pusher may make none in this namespace, which a token does not say; LimitReachedError
 */
export async function findOrCreateRepository(
  pool: pg.Pool,
  name: RepositoryName,
  { subject, address, rules }: { readonly subject: string; readonly address: string; readonly rules: CreationRules },
): Promise<Repository> {
  const found = await findRepository(pool, name);
  if (found) return found;
  if (!rules.isOn()) {
    throw new RegistryError('NAME_UNKNOWN', `there is no repository ${name.full}: create it before you push to it`, {
      detail: { name: name.full },
    });
  }
  if (!(await rules.isAllowed(subject, name.namespace))) {
    throw new RegistryError(
      'DENIED',
      `there is no repository ${name.full}, and only administrators of "${name.namespace}" may create one there`,
      { detail: { name: name.full } },
    );
  }
  try {
    await withTransaction(pool, (tx) => insertRepository(tx, name, { subject, address }));
  } catch (error) {
    if (sqlState(error) !== foreignKeyViolation) throw error;
    throw new RegistryError(
      'NAME_UNKNOWN',
      `there is no account "${name.namespace}", so ${name.full} cannot be made: push to the namespace of an existing user or organization`,
      { detail: { name: name.full } },
    );
  }
  const created = await findRepository(pool, name);
  if (created) return created;
  throw repositoryUnknown(name);
}

/**
 * Refuses the repository that the transaction has made where its namespace has too many.
 *
 * @throws LimitReachedError
 */
export function assertRoomForRepository(tx: Queryable, namespace: string): Promise<void> {
  return assertWithinLimit(tx, {
    limit: 'maxRepositoriesPerNamespace',
    place: namespace,
    things: 'SELECT FROM registry.repositories WHERE namespace = $1',
    values: [namespace],
  });
}

async function insertRepository(
  tx: Queryable,
  { namespace, name, full }: RepositoryName,
  { subject, address }: { readonly subject: string; readonly address: string },
): Promise<void> {
  const { rows } = await tx.query<{ id: string }>(
    `INSERT INTO registry.repositories (namespace, name) VALUES ($1, $2) ON CONFLICT DO NOTHING
     RETURNING public_id AS id`,
    [namespace, name],
  );
  if (!rows[0]) return;
  await assertRoomForRepository(tx, namespace);
  await recordAudit(tx, {
    kind: 'REPOSITORY_CREATE',
    actor: { id: null, name: subject, type: clientActorType(subject), address },
    object: { id: rows[0].id, name: full },
    namespace,
    repository: name,
    details: { visibility: 'private', by: 'push' },
  });
}

/** The error for a repository that is not there. */
export function repositoryUnknown(name: RepositoryName): RegistryError {
  return new RegistryError('NAME_UNKNOWN', `there is no repository ${name.full}`, { detail: { name: name.full } });
}
