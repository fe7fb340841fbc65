-- People whom a directory or an OpenID provider knows, and the groups there that put them into teams.
ALTER TABLE accounts.accounts
  -- Made from what a provider says of somebody. Every other account is local, and no provider takes it over.
  ADD COLUMN is_imported boolean NOT NULL DEFAULT false CHECK (NOT (is_org AND is_imported));

CREATE TABLE accounts.external_identities (
  -- ldap or oidc.
  provider      text NOT NULL,
  -- What the provider calls the person, for ever and nobody else.
  subject       text NOT NULL COLLATE "C",
  account_id    uuid NOT NULL REFERENCES accounts.accounts ON DELETE CASCADE,
  -- When the provider last had the person.
  seen_at       timestamptz NOT NULL DEFAULT now(),
  -- Since when the account is inactive because the provider lost the person; null: it is not, or somebody made it so.
  missing_since timestamptz,
  PRIMARY KEY (provider, subject)
);
CREATE INDEX external_identities_account ON accounts.external_identities (account_id, provider);

ALTER TABLE accounts.teams ADD COLUMN syncs_members boolean NOT NULL DEFAULT false;

CREATE TABLE accounts.team_groups (
  team_id    uuid NOT NULL REFERENCES accounts.teams ON DELETE CASCADE,
  provider   text NOT NULL CHECK (provider IN ('ldap', 'oidc')),
  -- Of LDAP in the form that directory/group-name.ts gives it.
  group_name text NOT NULL COLLATE "C",
  PRIMARY KEY (team_id, provider, group_name)
);
CREATE INDEX team_groups_group ON accounts.team_groups (provider, group_name);

-- Null: somebody put the member there, and no provider takes the member out.
ALTER TABLE accounts.members ADD COLUMN managed_by text;
ALTER TABLE accounts.team_members
  ADD COLUMN managed_by text,
  ADD COLUMN group_name text COLLATE "C" CHECK ((managed_by IS NULL) = (group_name IS NULL)),
  -- What a group gave ends with the link to the group.
  ADD FOREIGN KEY (team_id, managed_by, group_name) REFERENCES accounts.team_groups ON DELETE CASCADE;
