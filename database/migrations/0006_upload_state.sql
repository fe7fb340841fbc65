ALTER TABLE registry.uploads
  ADD COLUMN digest_algorithm text NOT NULL DEFAULT 'sha256',
  -- Digest of the bytes that count, so that whichever process ends the upload need not read them back; null where they
  -- did not all pass through one process.
  ADD COLUMN digest text COLLATE "C",
  -- What the blob store wants to be told again with the next append; only the store reads it.
  ADD COLUMN store_state text NOT NULL DEFAULT '';
