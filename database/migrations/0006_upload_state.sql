ALTER TABLE registry.uploads
  ADD COLUMN digest_algorithm text NOT NULL DEFAULT 'sha256',
  -- Digest of the bytes that count, so that whichever process ends the upload need not read them back; null where they
  -- did not all pass through one process.
  ADD COLUMN digest text COLLATE "C",
  -- What the blob store wants to be told again with the next append; only the store reads it.
  ADD COLUMN store_state text NOT NULL DEFAULT '';

-- Uploads that have expired. Their rows go first, so that no client can come back to one whose bytes are being deleted.
CREATE TABLE registry.expired_uploads (
  storage_key  text PRIMARY KEY COLLATE "C",
  store_state  text NOT NULL,
  expired_at   timestamptz NOT NULL DEFAULT now(),
  -- When the blob store last refused to delete it.
  attempted_at timestamptz NOT NULL DEFAULT '-infinity'
);
CREATE INDEX expired_uploads_attempted ON registry.expired_uploads (attempted_at, expired_at);
