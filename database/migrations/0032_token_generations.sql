-- What ends tokens before they expire. Everything that a token stands on has a generation, a number that is never used
-- again: its account or robot, and the access token, refresh token or certificate by which it was got. A token names them.
-- What takes rights away gives the row another generation, and the one that it had has ended.
CREATE SEQUENCE accounts.token_generations;
ALTER TABLE accounts.accounts
  ADD COLUMN token_generation bigint NOT NULL DEFAULT nextval('accounts.token_generations');
ALTER TABLE accounts.robots
  ADD COLUMN token_generation bigint NOT NULL DEFAULT nextval('accounts.token_generations');
ALTER TABLE accounts.client_tokens
  ADD COLUMN token_generation bigint NOT NULL DEFAULT nextval('accounts.token_generations');
CREATE UNIQUE INDEX client_tokens_by_generation ON accounts.client_tokens (token_generation);
ALTER TABLE accounts.public_keys
  ADD COLUMN token_generation bigint NOT NULL DEFAULT nextval('accounts.token_generations');

-- A row matters for as long as a token lives.
CREATE TABLE accounts.ended_generations (
  generation bigint PRIMARY KEY,
  ended_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ended_generations_by_time ON accounts.ended_generations (ended_at);

CREATE FUNCTION accounts.end_tokens() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO accounts.ended_generations (generation) VALUES (OLD.token_generation) ON CONFLICT DO NOTHING;
  PERFORM pg_notify('jobrunner_ended_tokens', '');
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  IF NEW.token_generation = OLD.token_generation THEN
    NEW.token_generation := nextval('accounts.token_generations');
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER end_tokens_of_changed BEFORE UPDATE ON accounts.accounts
FOR EACH ROW WHEN (
  (OLD.is_active AND NOT NEW.is_active) OR (OLD.is_admin AND NOT NEW.is_admin) OR NEW.name <> OLD.name
  OR NEW.password_hash IS DISTINCT FROM OLD.password_hash OR NEW.token_generation <> OLD.token_generation)
EXECUTE FUNCTION accounts.end_tokens();
CREATE TRIGGER end_tokens_of_deleted BEFORE DELETE ON accounts.accounts
FOR EACH ROW EXECUTE FUNCTION accounts.end_tokens();

CREATE TRIGGER end_tokens_of_changed BEFORE UPDATE ON accounts.robots
FOR EACH ROW WHEN (
  (OLD.is_active AND NOT NEW.is_active) OR NEW.secret_hash <> OLD.secret_hash
  OR NEW.expires_at < coalesce(OLD.expires_at, 'infinity')
  OR (OLD.create_repositories AND NOT NEW.create_repositories) OR NEW.token_generation <> OLD.token_generation)
EXECUTE FUNCTION accounts.end_tokens();
CREATE TRIGGER end_tokens_of_deleted BEFORE DELETE ON accounts.robots
FOR EACH ROW EXECUTE FUNCTION accounts.end_tokens();

CREATE TRIGGER end_tokens_of_changed BEFORE UPDATE ON accounts.client_tokens
FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active) EXECUTE FUNCTION accounts.end_tokens();
-- One that was not used for a day has given nothing that still lives. When it was used is written with a delay.
CREATE TRIGGER end_tokens_of_deleted BEFORE DELETE ON accounts.client_tokens
FOR EACH ROW WHEN (coalesce(OLD.last_used_at, OLD.created_at) > now() - interval '1 day')
EXECUTE FUNCTION accounts.end_tokens();

CREATE TRIGGER end_tokens_of_deleted BEFORE DELETE ON accounts.public_keys
FOR EACH ROW EXECUTE FUNCTION accounts.end_tokens();

-- Who loses a membership or a grant loses the tokens that may rest on it.
CREATE FUNCTION accounts.end_tokens_of_members() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE accounts.accounts SET token_generation = nextval('accounts.token_generations')
  WHERE id IN (SELECT user_id FROM gone);
  RETURN NULL;
END $$;
CREATE TRIGGER end_tokens_of_members AFTER DELETE ON accounts.members
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION accounts.end_tokens_of_members();
CREATE TRIGGER end_tokens_of_members AFTER DELETE ON accounts.team_members
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION accounts.end_tokens_of_members();

CREATE FUNCTION accounts.end_tokens_of_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE accounts.accounts SET token_generation = nextval('accounts.token_generations') WHERE id = OLD.user_id;
  RETURN NULL;
END $$;
CREATE TRIGGER end_tokens_of_owner AFTER UPDATE ON accounts.members
FOR EACH ROW WHEN (OLD.is_owner AND NOT NEW.is_owner) EXECUTE FUNCTION accounts.end_tokens_of_owner();

CREATE FUNCTION accounts.end_tokens_of_teams() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE accounts.accounts SET token_generation = nextval('accounts.token_generations')
  WHERE id IN (SELECT m.user_id FROM gone JOIN accounts.team_members m ON m.team_id = gone.team_id);
  RETURN NULL;
END $$;
CREATE TRIGGER end_tokens_of_teams AFTER DELETE ON registry.namespace_team_access
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION accounts.end_tokens_of_teams();
CREATE TRIGGER end_tokens_of_teams AFTER DELETE ON registry.repository_team_access
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION accounts.end_tokens_of_teams();

CREATE FUNCTION accounts.end_tokens_of_team() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE accounts.accounts SET token_generation = nextval('accounts.token_generations')
  WHERE id IN (SELECT user_id FROM accounts.team_members WHERE team_id = OLD.team_id);
  RETURN NULL;
END $$;
CREATE TRIGGER end_tokens_of_team AFTER UPDATE ON registry.namespace_team_access
FOR EACH ROW WHEN (NEW.access_level < OLD.access_level) EXECUTE FUNCTION accounts.end_tokens_of_team();
CREATE TRIGGER end_tokens_of_team AFTER UPDATE ON registry.repository_team_access
FOR EACH ROW WHEN (NEW.access_level < OLD.access_level) EXECUTE FUNCTION accounts.end_tokens_of_team();

-- A change of permissions replaces them all.
CREATE FUNCTION accounts.end_tokens_of_robots() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE accounts.robots SET token_generation = nextval('accounts.token_generations')
  WHERE id IN (SELECT robot_id FROM gone);
  RETURN NULL;
END $$;
CREATE TRIGGER end_tokens_of_robots AFTER DELETE ON accounts.robot_permissions
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION accounts.end_tokens_of_robots();

DROP TRIGGER refuse_subject ON accounts.accounts;
DROP FUNCTION accounts.refuse_subject();
DROP TRIGGER refuse_robot ON accounts.robots;
DROP FUNCTION accounts.refuse_robot();
DROP TABLE accounts.refused_subjects;
