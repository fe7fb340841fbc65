-- The run of the workflow that has ended: once another one goes on, somebody has reset it in Temporal. Empty: not known.
ALTER TABLE jobs.jobs ADD COLUMN ended_run_id text NOT NULL DEFAULT '';
