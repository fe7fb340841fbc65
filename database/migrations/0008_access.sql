-- Who belongs to an organization and to its teams (eNZi), and what teams are granted.
CREATE TABLE accounts.members (
  org_id    uuid NOT NULL REFERENCES accounts.accounts ON DELETE CASCADE,
  user_id   uuid NOT NULL REFERENCES accounts.accounts ON DELETE CASCADE,
  is_owner  boolean NOT NULL DEFAULT false,
  is_public boolean NOT NULL DEFAULT false,
  PRIMARY KEY (org_id, user_id)
);
CREATE INDEX members_user ON accounts.members (user_id);

CREATE TABLE accounts.teams (
  id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  org_id      uuid NOT NULL REFERENCES accounts.accounts ON DELETE CASCADE,
  name        text NOT NULL COLLATE "C",
  description text NOT NULL DEFAULT '',
  UNIQUE (org_id, name),
  UNIQUE (id, org_id)
);

-- Who leaves the organization leaves its teams.
CREATE TABLE accounts.team_members (
  team_id   uuid NOT NULL,
  org_id    uuid NOT NULL,
  user_id   uuid NOT NULL,
  is_admin  boolean NOT NULL DEFAULT false,
  is_public boolean NOT NULL DEFAULT false,
  PRIMARY KEY (team_id, user_id),
  FOREIGN KEY (team_id, org_id) REFERENCES accounts.teams (id, org_id) ON DELETE CASCADE,
  FOREIGN KEY (org_id, user_id) REFERENCES accounts.members ON DELETE CASCADE
);
CREATE INDEX team_members_user ON accounts.team_members (user_id);
CREATE INDEX team_members_member ON accounts.team_members (org_id, user_id);

-- In order: each level includes those before it, and the highest of several counts.
CREATE TYPE registry.access_level AS ENUM ('read-only', 'read-write', 'admin');

CREATE TABLE registry.namespace_team_access (
  namespace    text NOT NULL COLLATE "C" REFERENCES accounts.accounts (name) ON DELETE CASCADE,
  team_id      uuid NOT NULL REFERENCES accounts.teams ON DELETE CASCADE,
  access_level registry.access_level NOT NULL,
  PRIMARY KEY (namespace, team_id)
);
CREATE INDEX namespace_team_access_team ON registry.namespace_team_access (team_id);

CREATE TABLE registry.repository_team_access (
  repository_id bigint NOT NULL REFERENCES registry.repositories ON DELETE CASCADE,
  team_id       uuid NOT NULL REFERENCES accounts.teams ON DELETE CASCADE,
  access_level  registry.access_level NOT NULL,
  PRIMARY KEY (repository_id, team_id)
);
CREATE INDEX repository_team_access_team ON registry.repository_team_access (team_id, repository_id);
