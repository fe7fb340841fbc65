-- Every change that can orphan a blob puts it on the review queue; garbage collection reads the queue, never the whole
-- registry. Lock order everywhere: blob_reviews, then blobs, then whatever names them.
CREATE TABLE registry.gc_settings (
  only_row     boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  review_delay interval NOT NULL DEFAULT '1 hour',
  -- How long a blob without a reference is kept once a client that may push was told that it exists.
  blob_lease   interval NOT NULL DEFAULT '1 hour'
);
INSERT INTO registry.gc_settings DEFAULT VALUES;

CREATE TABLE registry.blob_reviews (
  blob_id      bigint PRIMARY KEY REFERENCES registry.blobs ON DELETE CASCADE,
  review_after timestamptz NOT NULL,
  event        text NOT NULL
);
CREATE INDEX blob_reviews_due ON registry.blob_reviews (review_after, blob_id);

-- Objects of the blob store that no row owns any more; their bytes are deleted after the row that owned them.
CREATE TABLE registry.deleted_objects (
  storage_key  text PRIMARY KEY COLLATE "C",
  size_bytes   bigint NOT NULL,
  deleted_at   timestamptz NOT NULL DEFAULT now(),
  -- When the blob store last refused to delete it.
  attempted_at timestamptz NOT NULL DEFAULT '-infinity'
);
CREATE INDEX deleted_objects_attempted ON registry.deleted_objects (attempted_at, deleted_at);

CREATE FUNCTION registry.review_new_blobs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO registry.blob_reviews (blob_id, review_after, event)
  SELECT b.id, now() + greatest(s.review_delay, s.blob_lease), 'blob_upload'
  FROM new_rows b, registry.gc_settings s
  ORDER BY b.id
  ON CONFLICT (blob_id) DO UPDATE SET review_after = greatest(blob_reviews.review_after, excluded.review_after);
  RETURN NULL;
END $$;
CREATE TRIGGER blobs_inserted AFTER INSERT ON registry.blobs
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION registry.review_new_blobs();

-- Ordered by id, so that two deletions that share blobs cannot deadlock. A blob may itself be gone in the same statement.
CREATE FUNCTION registry.review_unnamed_blobs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO registry.blob_reviews (blob_id, review_after, event)
  SELECT b.id, now() + s.review_delay, TG_ARGV[0]
  FROM registry.blobs b, registry.gc_settings s
  WHERE b.id IN (SELECT blob_id FROM old_rows)
  ORDER BY b.id
  ON CONFLICT (blob_id) DO UPDATE
    SET review_after = greatest(blob_reviews.review_after, excluded.review_after), event = excluded.event;
  RETURN NULL;
END $$;
CREATE TRIGGER manifest_blobs_deleted AFTER DELETE ON registry.manifest_blobs
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION registry.review_unnamed_blobs('manifest_delete');
