-- The root above the certificates of the keys that sign tokens. Who trusts it trusts every key that ever signs.
CREATE TABLE accounts.token_authority (
  is_only               boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  -- X.509, DER.
  certificate           bytea NOT NULL,
  -- AES-256-GCM under the process's secret key.
  private_key_encrypted bytea NOT NULL,
  created_at            timestamptz NOT NULL DEFAULT now()
);

ALTER TABLE accounts.signing_keys
  -- X.509, DER, issued by the root; null on keys that are older than the root, until they are next loaded.
  ADD COLUMN certificate bytea,
  -- A key is published before it signs, so that whoever verifies knows it by then.
  ADD COLUMN signs_from timestamptz NOT NULL DEFAULT now();
UPDATE accounts.signing_keys SET signs_from = created_at;

-- What stands in place of a password: access tokens, which somebody has made, and refresh tokens, which clients got
-- when they signed in ("auto", as MSR calls them).
CREATE TABLE accounts.client_tokens (
  -- SHA-256 in hex; it is also the token's name in the API.
  token_hash   text PRIMARY KEY COLLATE "C",
  account_id   uuid NOT NULL REFERENCES accounts.accounts (id) ON DELETE CASCADE,
  generated_by text NOT NULL CHECK (generated_by IN ('user', 'auto')),
  -- The audience that a refresh token is good for.
  service      text CHECK ((service IS NOT NULL) = (generated_by = 'auto')),
  -- The access token by which a client signed in to get a refresh token, which ends with it.
  parent_hash  text REFERENCES accounts.client_tokens (token_hash) ON DELETE CASCADE,
  label        text NOT NULL,
  creator_ua   text NOT NULL,
  is_active    boolean NOT NULL DEFAULT true,
  created_at   timestamptz NOT NULL DEFAULT now(),
  -- Null: never.
  last_used_at timestamptz
);
CREATE INDEX client_tokens_by_account ON accounts.client_tokens (account_id, created_at, token_hash);
CREATE INDEX client_tokens_by_time ON accounts.client_tokens (created_at, token_hash);
CREATE INDEX client_tokens_by_parent ON accounts.client_tokens (parent_hash) WHERE parent_hash IS NOT NULL;

-- Subjects whose tokens are refused although they have not expired. A row matters for as long as a token lives.
CREATE TABLE accounts.refused_subjects (
  name       text PRIMARY KEY COLLATE "C",
  -- Tokens that were issued until then are refused ...
  refused_at timestamptz NOT NULL,
  -- ... and as long as this holds, later ones as well.
  is_gone    boolean NOT NULL
);
CREATE INDEX refused_subjects_by_time ON accounts.refused_subjects (refused_at);

CREATE FUNCTION accounts.refuse_subject() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.is_active AND (TG_OP = 'DELETE' OR NOT NEW.is_active OR NEW.name <> OLD.name) THEN
    DELETE FROM accounts.refused_subjects WHERE refused_at < now() - interval '1 day';
    INSERT INTO accounts.refused_subjects (name, refused_at, is_gone) VALUES (OLD.name, now(), true)
    ON CONFLICT (name) DO UPDATE SET refused_at = excluded.refused_at, is_gone = true;
    PERFORM pg_notify('jobrunner_refused_subjects', '');
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.is_active THEN
    UPDATE accounts.refused_subjects SET is_gone = false WHERE name = NEW.name AND is_gone;
    IF FOUND THEN
      PERFORM pg_notify('jobrunner_refused_subjects', '');
    END IF;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER refuse_subject AFTER INSERT OR DELETE OR UPDATE OF is_active, name ON accounts.accounts
FOR EACH ROW EXECUTE FUNCTION accounts.refuse_subject();

-- Who has signed in on a client has to sign in there again.
CREATE FUNCTION accounts.end_sign_ins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM accounts.client_tokens WHERE account_id = NEW.id AND generated_by = 'auto';
  RETURN NULL;
END $$;
CREATE TRIGGER end_sign_ins AFTER UPDATE OF is_active, password_hash ON accounts.accounts
FOR EACH ROW WHEN (NOT NEW.is_active OR NEW.password_hash IS DISTINCT FROM OLD.password_hash)
EXECUTE FUNCTION accounts.end_sign_ins();
