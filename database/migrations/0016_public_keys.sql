-- Certificates by which clients sign in, over TLS that NGINX ends.
CREATE TABLE accounts.public_keys (
  -- SHA-256 of the certificate in DER, in hex: what NGINX has verified is looked up by it.
  fingerprint text PRIMARY KEY COLLATE "C",
  account_id  uuid NOT NULL REFERENCES accounts.accounts ON DELETE CASCADE,
  label       text NOT NULL,
  -- PEM.
  certificate text NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX public_keys_by_account ON accounts.public_keys (account_id, fingerprint);
