-- Blobs whose bytes are lost or damaged. Nobody is told of them or sent them; the next push of the same digest heals them.
ALTER TABLE registry.blobs
  ADD COLUMN quarantined_at timestamptz,
  ADD COLUMN quarantine_reason text CHECK (quarantine_reason IN ('missing', 'corrupt')),
  ADD CHECK ((quarantined_at IS NULL) = (quarantine_reason IS NULL));
CREATE INDEX blobs_quarantined ON registry.blobs (quarantined_at, id) WHERE quarantined_at IS NOT NULL;
