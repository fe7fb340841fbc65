-- What people steer jobs by, and the defaults of an action's parameters.
ALTER TABLE jobs.jobs
  -- 1, first, to 5, last.
  ADD COLUMN priority smallint NOT NULL DEFAULT 3 CHECK (priority BETWEEN 1 AND 5),
  -- Its workflow waits at a checkpoint.
  ADD COLUMN paused boolean NOT NULL DEFAULT false;
UPDATE jobs.jobs SET priority = CASE WHEN action = 'webhook' THEN 1 ELSE 5 END
  WHERE ended_at IS NULL AND action IN ('webhook', 'onlinegc_blobs', 'upload_purge');

-- Since when progress is what it is: a rate is counted from that.
UPDATE jobs.jobs SET progress = progress || jsonb_build_object(
    'atMs', (extract(epoch FROM last_updated) * 1000)::bigint, 'sinceMs', (extract(epoch FROM last_updated) * 1000)::bigint,
    'doneBefore', coalesce((progress ->> 'done')::bigint, 0))
  WHERE progress IS NOT NULL;

-- Lists read ids from an index alone, however far they have to go: no list shows deleted jobs, and what is filtered
-- besides lies in the index too.
DROP INDEX jobs.jobs_scheduled;
CREATE INDEX jobs_scheduled ON jobs.jobs (scheduled_at DESC, id DESC) WHERE status <> 'deleted';
CREATE INDEX jobs_namespace ON jobs.jobs (namespace, scheduled_at DESC, id DESC)
  INCLUDE (action, status, trigger, requested_by) WHERE status <> 'deleted' AND namespace <> '';
CREATE INDEX jobs_repository ON jobs.jobs (repository, scheduled_at DESC, id DESC)
  WHERE status <> 'deleted' AND repository <> '';
CREATE INDEX jobs_requested_by ON jobs.jobs (requested_by, scheduled_at DESC, id DESC)
  INCLUDE (action, status, trigger) WHERE status <> 'deleted';
CREATE INDEX jobs_trigger ON jobs.jobs (trigger, scheduled_at DESC, id DESC) WHERE status <> 'deleted';
CREATE INDEX jobs_action_status ON jobs.jobs (action, status, scheduled_at DESC, id DESC);

-- A pause and a resume say who wants it, and why.
ALTER TABLE jobs.outbox
  ADD COLUMN details jsonb,
  DROP CONSTRAINT outbox_command_check,
  ADD CONSTRAINT outbox_command_check CHECK (command IN ('start', 'cancel', 'terminate', 'pause', 'resume'));

CREATE TABLE jobs.action_configs (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  action       text NOT NULL UNIQUE COLLATE "C",
  -- Defaults that lie under the parameters of each job.
  parameters   jsonb NOT NULL,
  requested_by text NOT NULL,
  updated_at   timestamptz NOT NULL DEFAULT now()
);
