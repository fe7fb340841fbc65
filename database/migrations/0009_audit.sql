-- Events become the audit as well: who did what to which object, from where, and what came of it.
ALTER TABLE registry.events RENAME COLUMN webhook_type TO kind;
ALTER TABLE registry.events
  -- Without a foreign key: what an account did outlives it. Null: nobody who has an account.
  ADD COLUMN actor_id      uuid,
  ADD COLUMN actor_type    text NOT NULL DEFAULT 'user',
  ADD COLUMN address       text NOT NULL DEFAULT '',
  ADD COLUMN object_id     text NOT NULL DEFAULT '',
  ADD COLUMN object_name   text NOT NULL DEFAULT '',
  ADD COLUMN outcome       text NOT NULL DEFAULT 'success' CHECK (outcome IN ('success', 'failure')),
  -- How often it happened, where equal events are one row.
  ADD COLUMN count         integer NOT NULL DEFAULT 1,
  -- What equal events have in common; null: the event is a row of its own.
  ADD COLUMN aggregate_key text COLLATE "C";
CREATE UNIQUE INDEX events_aggregate ON registry.events (aggregate_key) WHERE aggregate_key IS NOT NULL;

UPDATE registry.events e SET
  actor_id = (SELECT a.id FROM accounts.accounts a WHERE a.name = e.actor),
  actor_type = CASE e.actor WHEN '' THEN 'anonymous' ELSE 'user' END,
  object_id = CASE e.object_type WHEN 'TAG' THEN e.namespace || '/' || e.repository || ':' || (e.contents ->> 'tag')
                                 ELSE e.contents ->> 'digest' END,
  object_name = coalesce(e.contents ->> 'tag', e.contents ->> 'digest');

-- Each list of events takes the first few of every kind that it wants from one of these (api/event-store.ts).
DROP INDEX registry.events_repository;
CREATE INDEX events_kind ON registry.events (kind, published_at, id);
CREATE INDEX events_actor ON registry.events (actor_id, kind, published_at, id);
CREATE INDEX events_namespace ON registry.events (namespace, kind, published_at, id);
CREATE INDEX events_repository ON registry.events (namespace, repository, kind, published_at, id);
