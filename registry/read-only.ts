import type { Queryable } from '../database/pool.ts';
import { readSettings } from '../settings/settings.ts';
import { DomainError } from '../errors/domain-error.ts';

/**
 * What would change the content of repositories while the setting `readOnlyRegistry` is on. That stops
 *
 * - at `/v2` whatever is not GET or HEAD;
 * - at `/api/v0` deletions of tags, of manifests, and of repositories, also with their namespace;
 * - the jobs that delete content, or what pushes have left of it: `onlinegc_metadata`, `onlinegc_blobs`, `upload_purge`, and
 *   `gc_audit` where it repairs; they fail, at the next page where they have begun. Dry runs go on.
 *
 * Accounts, grants, webhooks, settings (this one among them), new and empty repositories, crons, histories and quarantine
 * are no content.
 */
export class ReadOnlyError extends DomainError {
  // Workflows know it by this name, and do not try again.
  override name = 'ReadOnlyError';
  constructor() {
    super(
      'REGISTRY_READ_ONLY',
      'the registry is read-only just now, by the setting readOnlyRegistry of its administrators: pull, or try again later',
    );
  }
}

/**
 * Call before content is changed, where no route has made sure of it; in the transaction that changes it, where there is
 * one.
 *
 * @throws ReadOnlyError
 */
export async function assertWritable(db: Queryable): Promise<void> {
  if ((await readSettings(db)).readOnlyRegistry) throw new ReadOnlyError();
}
