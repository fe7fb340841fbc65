-- Sessions of browsers (eNZi): what a cookie stands for.
CREATE TABLE accounts.sessions (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  -- SHA-256 in hex of what the cookie holds.
  token_hash   text NOT NULL UNIQUE COLLATE "C",
  account_id   uuid NOT NULL REFERENCES accounts.accounts (id) ON DELETE CASCADE,
  -- Where it was begun.
  address      text NOT NULL,
  user_agent   text NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz NOT NULL DEFAULT now(),
  -- The sooner of both limits: moved by use, up to the absolute one.
  expires_at   timestamptz NOT NULL
);
CREATE INDEX sessions_by_account ON accounts.sessions (account_id, created_at);
CREATE INDEX sessions_by_expiry ON accounts.sessions (expires_at);

-- Who has signed in in a browser has to sign in there again.
CREATE FUNCTION accounts.end_sessions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM accounts.sessions WHERE account_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER end_sessions AFTER UPDATE OF is_active, password_hash ON accounts.accounts
FOR EACH ROW WHEN (NOT NEW.is_active OR NEW.password_hash IS DISTINCT FROM OLD.password_hash)
EXECUTE FUNCTION accounts.end_sessions();
