-- When the schedule of a cron is due next, as Temporal has said.
ALTER TABLE jobs.crons ADD COLUMN next_runs timestamptz[] NOT NULL DEFAULT '{}';
