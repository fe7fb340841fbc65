-- Whether somebody has asked for a pause that the workflow of the job has not come to yet.
ALTER TABLE jobs.jobs ADD COLUMN pausing boolean NOT NULL DEFAULT false;
