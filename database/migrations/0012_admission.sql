-- A job waits here, in its row of the outbox, until there is room for it; only then is Temporal told.
ALTER TABLE jobs.jobs
  -- Since when a job counts as running in Temporal: it takes a place of its action, and its capacity.
  ADD COLUMN admitted_at timestamptz;
UPDATE jobs.jobs j SET admitted_at = coalesce(started_at, now())
WHERE ended_at IS NULL AND NOT EXISTS (SELECT FROM jobs.outbox o WHERE o.job_id = j.id AND o.command = 'start');
-- What the reconciler has to compare is what was admitted and has not ended.
DROP INDEX jobs.jobs_unfinished;
CREATE INDEX jobs_in_flight ON jobs.jobs (checked_at) WHERE admitted_at IS NOT NULL AND ended_at IS NULL;

ALTER TABLE jobs.outbox
  -- later: a start that is not due yet; queued: one that waits to be admitted; order: Temporal is to be told.
  ADD COLUMN state        text     NOT NULL DEFAULT 'order' CHECK (state IN ('later', 'queued', 'order')),
  -- Copies of the job's: what the order of admission goes by. Empty for other commands than start.
  ADD COLUMN action       text     NOT NULL DEFAULT '' COLLATE "C",
  ADD COLUMN namespace    text     NOT NULL DEFAULT '' COLLATE "C",
  ADD COLUMN priority     smallint NOT NULL DEFAULT 0 CHECK (priority BETWEEN 0 AND 5),
  ADD COLUMN capacity_map jsonb    NOT NULL DEFAULT '{}',
  ADD CONSTRAINT outbox_waits_to_start CHECK (state = 'order' OR (command = 'start' AND action <> '' AND priority > 0));
UPDATE jobs.outbox o
SET state = CASE WHEN o.due_at > now() THEN 'later' ELSE 'queued' END, action = j.action, namespace = j.namespace,
    priority = j.priority, capacity_map = j.capacity_map
FROM jobs.jobs j WHERE j.id = o.job_id AND o.command = 'start';
DROP INDEX jobs.outbox_due;
CREATE INDEX outbox_orders ON jobs.outbox (due_at, id) WHERE state = 'order';
CREATE INDEX outbox_later ON jobs.outbox (due_at, id) WHERE state = 'later';
-- Whose turn it is: by priority, then in a lane (one action, one capacity map) one namespace after the other.
CREATE INDEX outbox_queued ON jobs.outbox (priority, action, capacity_map, namespace, due_at, id)
  WHERE state = 'queued';
-- Rows come and go all day.
ALTER TABLE jobs.outbox SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);

-- Which namespace of a lane was served last.
CREATE TABLE jobs.queue_turns (
  priority     smallint    NOT NULL,
  action       text        NOT NULL COLLATE "C",
  capacity_map jsonb       NOT NULL,
  namespace    text        NOT NULL COLLATE "C",
  served_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (priority, action, capacity_map)
);

-- What an administrator has set for the jobs of an action. No row: nothing.
CREATE TABLE jobs.action_queues (
  action          text PRIMARY KEY COLLATE "C",
  paused          boolean NOT NULL DEFAULT false,
  pause_note      text    NOT NULL DEFAULT '',
  paused_by       text    NOT NULL DEFAULT '',
  paused_at       timestamptz,
  -- Null: the default of the program.
  max_running     integer CHECK (max_running > 0),
  -- Null: no limit.
  rate_per_minute integer CHECK (rate_per_minute > 0),
  -- Starts that the rate had left over at a time.
  tokens          double precision NOT NULL DEFAULT 0,
  tokens_at       timestamptz NOT NULL DEFAULT now()
);

-- Workers of one deployment offer the same capacity, each.
CREATE TABLE jobs.deployments (
  name         text PRIMARY KEY COLLATE "C",
  capacity_map jsonb NOT NULL,
  updated_at   timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE jobs.workers (
  id                   text PRIMARY KEY COLLATE "C",
  deployment           text NOT NULL REFERENCES jobs.deployments (name),
  status               text NOT NULL CHECK (status IN ('running', 'dead', 'stopped')),
  version              text NOT NULL,
  roles                text[] NOT NULL,
  -- [{"taskQueue", "kind", "used", "total"}] of the last heartbeat.
  slots                jsonb NOT NULL DEFAULT '[]',
  started_at           timestamptz NOT NULL DEFAULT now(),
  heartbeat_at         timestamptz NOT NULL DEFAULT now(),
  heartbeat_expiration timestamptz NOT NULL,
  -- When it was found dead, or had stopped.
  ended_at             timestamptz
);
