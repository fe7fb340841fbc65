-- Teams are found by their names in any case.
CREATE INDEX teams_name_in_any_case ON accounts.teams (org_id, lower(name COLLATE "C"));
