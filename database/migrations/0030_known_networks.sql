-- From which networks accounts have signed in: whoever does so again is not held up by strangers who try passwords.
CREATE TABLE accounts.known_networks (
  account_id uuid NOT NULL REFERENCES accounts.accounts ON DELETE CASCADE,
  -- An address of IPv4, or the first 64 bits of one of IPv6.
  network    text NOT NULL COLLATE "C",
  -- To within a day.
  seen_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, network)
);
-- Whether anybody has signed in from a network at all.
CREATE INDEX known_networks_by_network ON accounts.known_networks (network);
CREATE INDEX known_networks_by_time ON accounts.known_networks (seen_at);
