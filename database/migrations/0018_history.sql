-- Jobs and repository events from the oldest on, for the jobs that delete them, and for what is beyond a number to keep.
CREATE INDEX jobs_ended ON jobs.jobs (ended_at, id) WHERE ended_at IS NOT NULL;
-- Lists of events go by kind.
DROP INDEX registry.events_published;
CREATE INDEX events_of_repositories ON registry.events (published_at, id) WHERE repository <> '';
