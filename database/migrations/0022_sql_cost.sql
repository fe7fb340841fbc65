-- What a job costs is mostly the indexes of its row, each of which is written when it is made, admitted, starts and ends.
-- An action with a status goes by the rarer of the two, whose index has the other.
DROP INDEX jobs.jobs_action_status;
DROP INDEX jobs.jobs_action;
DROP INDEX jobs.jobs_status;
CREATE INDEX jobs_action ON jobs.jobs (action, scheduled_at DESC, id DESC) INCLUDE (status);
CREATE INDEX jobs_status ON jobs.jobs (status, scheduled_at DESC, id DESC) INCLUDE (action);
-- Nearly all jobs come from events, so a list of those finds them among all.
DROP INDEX jobs.jobs_trigger;
CREATE INDEX jobs_trigger ON jobs.jobs (trigger, scheduled_at DESC, id DESC)
  WHERE status <> 'deleted' AND trigger <> 'event';

-- All events of a repository, the newest first: one look for each of the repositories that somebody administers, where
-- events_repository takes one for each kind as well (api/event-store.ts).
CREATE INDEX events_repository_time ON registry.events (namespace, repository, published_at, id)
  INCLUDE (actor_id) WHERE repository <> '';
