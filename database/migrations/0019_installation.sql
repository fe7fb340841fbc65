-- By what those who get reports of its use tell this installation from others. Says nothing about it.
CREATE TABLE jobs.installation (
  id      uuid NOT NULL DEFAULT gen_random_uuid(),
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only)
);
INSERT INTO jobs.installation DEFAULT VALUES;
