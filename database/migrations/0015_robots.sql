-- Robot accounts: what CI signs in with. They are no accounts: no name of an account holds a "$".
CREATE TABLE accounts.robots (
  id                  uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  -- robot$<namespace>+<name>, or robot$<name> of one that belongs to the whole installation.
  name                text NOT NULL UNIQUE COLLATE "C" CHECK (starts_with(name, 'robot$')),
  -- Null: of the whole installation.
  namespace           text COLLATE "C" REFERENCES accounts.accounts (name) ON DELETE CASCADE,
  description         text NOT NULL,
  is_active           boolean NOT NULL DEFAULT true,
  create_repositories boolean NOT NULL,
  -- Null: never.
  expires_at          timestamptz,
  -- SHA-256 in hex.
  secret_hash         text NOT NULL UNIQUE COLLATE "C",
  -- A name that is only shown: a robot outlives whoever made it.
  created_by          text NOT NULL,
  created_at          timestamptz NOT NULL DEFAULT now(),
  -- Null: never.
  last_used_at        timestamptz
);
CREATE INDEX robots_by_namespace ON accounts.robots (namespace, name);

-- Whoever gets the name of a namespace that was deleted does not get what robots might do there.
CREATE TABLE accounts.robot_permissions (
  robot_id   uuid NOT NULL REFERENCES accounts.robots ON DELETE CASCADE,
  namespace  text NOT NULL COLLATE "C" REFERENCES accounts.accounts (name) ON DELETE CASCADE,
  -- "*": every repository of the namespace.
  repository text NOT NULL COLLATE "C",
  actions    text[] NOT NULL CHECK (actions <@ ARRAY['pull', 'push', 'delete'] AND cardinality(actions) > 0),
  PRIMARY KEY (robot_id, namespace, repository)
);
CREATE INDEX robot_permissions_by_namespace ON accounts.robot_permissions (namespace);

-- Tokens end with their robot. One that expires needs no row: its tokens do not live longer.
CREATE FUNCTION accounts.refuse_robot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE'
     OR TG_OP = 'UPDATE' AND ((OLD.is_active AND NOT NEW.is_active)
                              OR NEW.expires_at < coalesce(OLD.expires_at, 'infinity')) THEN
    DELETE FROM accounts.refused_subjects WHERE refused_at < now() - interval '1 day';
    INSERT INTO accounts.refused_subjects (name, refused_at, is_gone)
    VALUES (OLD.name, now(), TG_OP = 'DELETE' OR NOT NEW.is_active OR NEW.expires_at <= now())
    ON CONFLICT (name) DO UPDATE SET refused_at = excluded.refused_at, is_gone = excluded.is_gone;
    PERFORM pg_notify('jobrunner_refused_subjects', '');
  ELSIF TG_OP <> 'DELETE' AND NEW.is_active AND coalesce(NEW.expires_at > now(), true) THEN
    UPDATE accounts.refused_subjects SET is_gone = false WHERE name = NEW.name AND is_gone;
    IF FOUND THEN
      PERFORM pg_notify('jobrunner_refused_subjects', '');
    END IF;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER refuse_robot AFTER INSERT OR DELETE OR UPDATE OF is_active, expires_at ON accounts.robots
FOR EACH ROW EXECUTE FUNCTION accounts.refuse_robot();
