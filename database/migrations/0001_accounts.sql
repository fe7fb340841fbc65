-- Accounts (eNZi) and the keys that sign tokens (Garant).
CREATE SCHEMA accounts;

CREATE TABLE accounts.accounts (
  id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name          text NOT NULL UNIQUE COLLATE "C",
  full_name     text NOT NULL DEFAULT '',
  is_org        boolean NOT NULL DEFAULT false,
  is_admin      boolean NOT NULL DEFAULT false,
  is_active     boolean NOT NULL DEFAULT true,
  -- scrypt, in the form that api/enzi/passwords.ts writes; null: no password signs in.
  password_hash text,
  created_at    timestamptz NOT NULL DEFAULT now(),
  CHECK (NOT is_org OR (password_hash IS NULL AND NOT is_admin))
);

CREATE TABLE accounts.signing_keys (
  kid                   text PRIMARY KEY,
  public_jwk            jsonb NOT NULL,
  -- AES-256-GCM under the process's secret key.
  private_key_encrypted bytea NOT NULL,
  created_at            timestamptz NOT NULL DEFAULT now(),
  retired_at            timestamptz
);
