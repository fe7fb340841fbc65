-- What the referrers API shows of a manifest that has a subject (OCI 1.1, "Listing Referrers"); null for all others.
-- json, not jsonb: annotations may hold escapes that jsonb refuses.
ALTER TABLE registry.manifests ADD COLUMN annotations json;
UPDATE registry.manifests SET annotations = convert_from(payload, 'UTF8')::json -> 'annotations'
WHERE subject_digest IS NOT NULL;

-- The list is paged by id.
DROP INDEX registry.manifests_subject;
CREATE INDEX manifests_subject ON registry.manifests (repository_id, subject_digest, id) WHERE subject_digest IS NOT NULL;

-- What a manifest names and its repository does not have: layers that may not be distributed, and, where that is
-- allowed, whatever a sparse manifest leaves out. Once it is pushed it is named like everything else.
CREATE TABLE registry.manifest_absences (
  repository_id bigint NOT NULL REFERENCES registry.repositories ON DELETE CASCADE,
  digest        text NOT NULL COLLATE "C",
  kind          text NOT NULL CHECK (kind IN ('blob', 'manifest')),
  manifest_id   bigint NOT NULL REFERENCES registry.manifests ON DELETE CASCADE,
  PRIMARY KEY (repository_id, digest, kind, manifest_id)
);
CREATE INDEX manifest_absences_manifest ON registry.manifest_absences (manifest_id);

-- The part of the catalog that everybody may read.
CREATE INDEX repositories_public ON registry.repositories (namespace, name) WHERE visibility = 'public';
