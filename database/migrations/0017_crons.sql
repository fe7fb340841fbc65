-- Crons by name: that of an action, which has one of its own, or any other. And what Temporal says of their schedules.
ALTER TABLE jobs.crons
  DROP CONSTRAINT crons_action_key,
  ADD COLUMN name text COLLATE "C",
  -- IANA name.
  ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC',
  -- Go duration strings; empty: none, and the one that fits the schedule.
  ADD COLUMN jitter text NOT NULL DEFAULT '',
  ADD COLUMN catchup_window text NOT NULL DEFAULT '',
  ADD COLUMN is_paused boolean NOT NULL DEFAULT false,
  ADD COLUMN note text NOT NULL DEFAULT '',
  -- Whether Temporal has still to be told of `is_paused`; otherwise Temporal says whether it is.
  ADD COLUMN is_pause_pending boolean NOT NULL DEFAULT false,
  -- Counts changes by the API, so that what was read before one is not written after it.
  ADD COLUMN revision integer NOT NULL DEFAULT 1,
  -- The revision that Temporal was last told of, what it was given, and when the server says that this was.
  ADD COLUMN applied_revision integer NOT NULL DEFAULT 0,
  ADD COLUMN applied text NOT NULL DEFAULT '',
  ADD COLUMN applied_at timestamptz,
  ADD COLUMN observed_at timestamptz,
  ADD COLUMN problem text NOT NULL DEFAULT '',
  -- Due times that made no job, and how far the counters of the schedule were when they were last read.
  ADD COLUMN missed_too_late bigint NOT NULL DEFAULT 0,
  ADD COLUMN missed_overlap bigint NOT NULL DEFAULT 0,
  ADD COLUMN seen_too_late bigint NOT NULL DEFAULT 0,
  ADD COLUMN seen_overlap bigint NOT NULL DEFAULT 0;
UPDATE jobs.crons SET name = action;
ALTER TABLE jobs.crons ALTER COLUMN name SET NOT NULL, ADD UNIQUE (name);

-- Actions that were given the cron that they begin with: one that was deleted must not come back.
CREATE TABLE jobs.default_crons (
  action  text PRIMARY KEY COLLATE "C",
  made_at timestamptz NOT NULL DEFAULT now()
);

-- The name of the cron that a job comes from, or empty.
ALTER TABLE jobs.jobs ADD COLUMN cron text NOT NULL DEFAULT '' COLLATE "C";
CREATE INDEX jobs_cron ON jobs.jobs (cron, scheduled_at DESC, id DESC) WHERE cron <> '';
