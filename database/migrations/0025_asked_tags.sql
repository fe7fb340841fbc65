-- For which tags clients have asked by HEAD in the last minute: what they pull by digest then is told under the tag, though
-- the two requests come to different processes. It may be lost with a crash.
CREATE UNLOGGED TABLE registry.asked_tags (
  repository_id bigint NOT NULL,
  digest        text NOT NULL COLLATE "C",
  -- Account name; empty: nobody signed in.
  actor         text NOT NULL,
  address       text NOT NULL,
  tag           text NOT NULL COLLATE "C",
  asked_at      timestamptz NOT NULL,
  PRIMARY KEY (repository_id, digest, actor, address)
);
CREATE INDEX asked_tags_asked ON registry.asked_tags (asked_at);
