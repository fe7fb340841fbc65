-- Every change that can make a manifest garbage puts it on a review queue of its own, as 0003 does with blobs.
-- Lock order everywhere: reviews, then manifests or blobs, then whatever names them.

-- How long after a kind of event a review is due, where that differs from gc_settings.review_delay.
CREATE TABLE registry.gc_event_delays (
  event        text PRIMARY KEY COLLATE "C",
  review_delay interval NOT NULL
);

CREATE FUNCTION registry.review_delay(kind text) RETURNS interval LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT e.review_delay FROM registry.gc_event_delays e WHERE e.event = kind), s.review_delay)
  FROM registry.gc_settings s
$$;

-- Spread, so that what was deleted at once does not come due at once: by a tenth of the delay, a minute at the most.
CREATE FUNCTION registry.spread(delay interval) RETURNS interval LANGUAGE sql VOLATILE AS $$
  SELECT delay + random() * least(delay / 10, interval '1 minute')
$$;

CREATE OR REPLACE FUNCTION registry.review_new_blobs() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE delay interval := registry.review_delay('blob_upload');
BEGIN
  INSERT INTO registry.blob_reviews (blob_id, review_after, event)
  SELECT b.id, now() + greatest(registry.spread(delay), s.blob_lease), 'blob_upload'
  FROM new_rows b, registry.gc_settings s
  ORDER BY b.id
  ON CONFLICT (blob_id) DO UPDATE SET review_after = greatest(blob_reviews.review_after, excluded.review_after);
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION registry.review_unnamed_blobs() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE delay interval := registry.review_delay(TG_ARGV[0]);
BEGIN
  INSERT INTO registry.blob_reviews (blob_id, review_after, event)
  SELECT b.id, now() + registry.spread(delay), TG_ARGV[0]
  FROM registry.blobs b
  WHERE b.id IN (SELECT blob_id FROM old_rows)
  ORDER BY b.id
  ON CONFLICT (blob_id) DO UPDATE
    SET review_after = greatest(blob_reviews.review_after, excluded.review_after), event = excluded.event;
  RETURN NULL;
END $$;

ALTER TABLE registry.repositories
  -- What garbage collection does with manifests that no tag, index or subject needs.
  ADD COLUMN untagged_manifests  text NOT NULL DEFAULT 'delete' CHECK (untagged_manifests IN ('keep', 'delete')),
  -- What it does with signatures, SBOMs and the like once their subject is gone.
  ADD COLUMN orphaned_referrers  text NOT NULL DEFAULT 'delete' CHECK (orphaned_referrers IN ('keep', 'delete')),
  -- How long after nothing needs it any more a manifest is kept.
  ADD COLUMN untagged_grace interval NOT NULL DEFAULT '7 days' CHECK (untagged_grace >= '0'),
  -- A deleted repository has no namespace: its name is free, and no query by name can find it. A job takes the rest.
  ALTER COLUMN namespace DROP NOT NULL,
  ADD COLUMN deleted_at timestamptz,
  ADD COLUMN deleted_namespace text COLLATE "C",
  ADD CHECK ((namespace IS NULL) = (deleted_at IS NOT NULL)),
  ADD CHECK ((namespace IS NULL) = (deleted_namespace IS NOT NULL));
CREATE INDEX repositories_deleted ON registry.repositories (deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX uploads_repository ON registry.uploads (repository_id);

CREATE TABLE registry.manifest_reviews (
  manifest_id  bigint PRIMARY KEY REFERENCES registry.manifests ON DELETE CASCADE,
  review_after timestamptz NOT NULL,
  -- When the last thing happened that can have made it garbage; the repository's grace counts from here.
  since        timestamptz NOT NULL DEFAULT now(),
  event        text NOT NULL
);
CREATE INDEX manifest_reviews_due ON registry.manifest_reviews (review_after, manifest_id);

-- Puts manifests up for review, in the order of their ids. Those of deleted repositories are not worth it.
CREATE FUNCTION registry.review_manifests(ids bigint[], kind text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE delay interval := registry.review_delay(kind);
BEGIN
  INSERT INTO registry.manifest_reviews (manifest_id, review_after, event)
  SELECT m.id, now() + registry.spread(delay), kind
  FROM registry.manifests m JOIN registry.repositories r ON r.id = m.repository_id AND r.deleted_at IS NULL
  WHERE m.id = ANY (ids)
  ORDER BY m.id
  ON CONFLICT (manifest_id) DO UPDATE SET
    review_after = greatest(manifest_reviews.review_after, excluded.review_after),
    since = greatest(manifest_reviews.since, excluded.since),
    event = excluded.event;
END $$;

-- At the end of the transaction, because a push puts its tags after the manifest: one that has a tag by then needs no
-- review. A client was told that the manifest exists, hence the lease.
CREATE FUNCTION registry.review_untagged_manifest() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM registry.tags WHERE manifest_id = NEW.id) THEN RETURN NULL; END IF;
  INSERT INTO registry.manifest_reviews (manifest_id, review_after, event)
  SELECT m.id, now() + greatest(registry.spread(registry.review_delay('manifest_upload')), s.blob_lease), 'manifest_upload'
  FROM registry.manifests m, registry.gc_settings s WHERE m.id = NEW.id
  ON CONFLICT (manifest_id) DO UPDATE
    SET review_after = greatest(manifest_reviews.review_after, excluded.review_after);
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER manifests_inserted AFTER INSERT ON registry.manifests
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION registry.review_untagged_manifest();

CREATE FUNCTION registry.review_moved_tag() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM registry.review_manifests(ARRAY[OLD.manifest_id], 'tag_move');
  RETURN NULL;
END $$;
CREATE TRIGGER tags_moved AFTER UPDATE OF manifest_id ON registry.tags
  FOR EACH ROW WHEN (OLD.manifest_id <> NEW.manifest_id) EXECUTE FUNCTION registry.review_moved_tag();

CREATE FUNCTION registry.review_untagged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM registry.review_manifests(ARRAY(SELECT DISTINCT manifest_id FROM old_rows), 'tag_delete');
  RETURN NULL;
END $$;
CREATE TRIGGER tags_deleted AFTER DELETE ON registry.tags
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION registry.review_untagged();

CREATE FUNCTION registry.review_children() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM registry.review_manifests(ARRAY(SELECT DISTINCT child_id FROM old_rows), 'index_delete');
  RETURN NULL;
END $$;
CREATE TRIGGER manifest_children_deleted AFTER DELETE ON registry.manifest_children
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION registry.review_children();

CREATE FUNCTION registry.review_referrers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM registry.review_manifests(
    ARRAY(SELECT m.id FROM old_rows o
          JOIN registry.manifests m ON m.repository_id = o.repository_id AND m.subject_digest = o.digest),
    'subject_delete');
  RETURN NULL;
END $$;
CREATE TRIGGER manifests_deleted AFTER DELETE ON registry.manifests
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION registry.review_referrers();

-- What was there before there was a queue, all of which is reviewed once.
INSERT INTO registry.manifest_reviews (manifest_id, review_after, event)
SELECT m.id, now() + s.review_delay, 'migration' FROM registry.manifests m, registry.gc_settings s
WHERE NOT EXISTS (SELECT FROM registry.tags t WHERE t.manifest_id = m.id);
