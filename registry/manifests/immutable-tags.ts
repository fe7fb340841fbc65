import type { Queryable } from '../../database/pool.ts';
import { DomainError } from '../../errors/domain-error.ts';
import type { RepositoryName } from '../repositories/names.ts';

/**
 * Finds an immutable tag that would lose what it names with a manifest: one that names it, or an index that it is in,
 * however deep. Undefined where there is none, and in repositories whose tags are not immutable.
 */
export async function findImmutableTag(tx: Queryable, manifestId: number): Promise<string | undefined> {
  const { rows } = await tx.query<{ name: string }>(
    `WITH RECURSIVE above (id) AS (
       SELECT m.id FROM registry.manifests m JOIN registry.repositories r ON r.id = m.repository_id
       WHERE m.id = $1 AND r.immutable_tags
       UNION SELECT c.parent_id FROM above JOIN registry.manifest_children c ON c.child_id = above.id)
     SELECT t.name FROM above JOIN registry.tags t ON t.manifest_id = above.id ORDER BY t.name LIMIT 1`,
    [manifestId],
  );
  return rows[0]?.name;
}

/** Something would take an immutable tag away, or a part of what it names. */
export class ImmutableTagError extends DomainError {
  override name = 'ImmutableTagError';
  readonly tag: string;
  /** @param manifest digest of the manifest that was to be deleted; undefined: the tag itself was */
  constructor({ full }: RepositoryName, tag: string, manifest?: string) {
    const what = manifest === undefined ? `the tag ${tag}` : `the manifest ${manifest}, which the tag ${tag} needs,`;
    super(
      'TAG_IMMUTABLE',
      `${what} cannot be deleted, because the tags of ${full} are immutable: an administrator of the repository may switch immutableTags off, or send DELETE /api/v0/repositories/${full}/tags/${tag}?force=true`,
    );
    this.tag = tag;
  }
}
