-- What the API lists of jobs. Temporal is what runs; a reconciler repairs any row that disagrees with it.
CREATE SCHEMA jobs;

CREATE TABLE jobs.jobs (
  -- Also the id of the Temporal workflow.
  id            text PRIMARY KEY COLLATE "C",
  action        text NOT NULL COLLATE "C",
  status        text NOT NULL CHECK (status IN ('waiting', 'running', 'done', 'error', 'cancel_request', 'cancel',
                                                'deleted', 'worker_dead', 'worker_shutdown', 'worker_resurrection')),
  parameters    jsonb NOT NULL,
  capacity_map  jsonb NOT NULL,
  retry_from_id text NOT NULL COLLATE "C",
  retries_left  integer NOT NULL CHECK (retries_left >= 0),
  retries_total integer NOT NULL CHECK (retries_total >= 0),
  -- Go duration strings, as the API takes and shows them; empty: none.
  deadline      text NOT NULL,
  stop_timeout  text NOT NULL,
  trigger       text NOT NULL CHECK (trigger IN ('api', 'schedule', 'event', 'retry')),
  requested_by  text NOT NULL,
  namespace     text NOT NULL DEFAULT '',
  repository    text NOT NULL DEFAULT '',
  worker_id     text NOT NULL DEFAULT '',
  run_id        text NOT NULL DEFAULT '',
  scheduled_at  timestamptz NOT NULL,
  started_at    timestamptz,
  ended_at      timestamptz,
  last_updated  timestamptz NOT NULL DEFAULT now(),
  -- When the reconciler last compared the row with Temporal.
  checked_at    timestamptz NOT NULL DEFAULT now(),
  result        jsonb,
  failure       text,
  progress      jsonb,
  next_line     integer NOT NULL DEFAULT 0
) WITH (fillfactor = 80);
CREATE INDEX jobs_scheduled ON jobs.jobs (scheduled_at DESC, id DESC);
CREATE INDEX jobs_action ON jobs.jobs (action, scheduled_at DESC, id DESC);
CREATE INDEX jobs_status ON jobs.jobs (status, scheduled_at DESC, id DESC);
CREATE INDEX jobs_worker ON jobs.jobs (worker_id, scheduled_at DESC, id DESC) WHERE worker_id <> '';
CREATE INDEX jobs_unfinished ON jobs.jobs (checked_at)
  WHERE status IN ('waiting', 'running', 'cancel_request', 'deleted', 'worker_dead', 'worker_shutdown', 'worker_resurrection');

CREATE TABLE jobs.log_lines (
  job_id    text NOT NULL COLLATE "C" REFERENCES jobs.jobs ON DELETE CASCADE,
  line_num  integer NOT NULL,
  logged_at timestamptz NOT NULL DEFAULT now(),
  -- One JSON object, as text.
  data      text NOT NULL,
  PRIMARY KEY (job_id, line_num)
);

-- What Temporal has still to be told. A row is written in the transaction that decided it, and deleted once the server
-- has accepted it. Without a foreign key: a job may be deleted while its cancellation is still on the way.
CREATE TABLE jobs.outbox (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id     text NOT NULL COLLATE "C",
  command    text NOT NULL CHECK (command IN ('start', 'cancel', 'terminate')),
  due_at     timestamptz NOT NULL DEFAULT now(),
  attempts   integer NOT NULL DEFAULT 0,
  last_error text,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (job_id, command)
);
CREATE INDEX outbox_due ON jobs.outbox (due_at, id);

CREATE TABLE jobs.crons (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  action       text NOT NULL UNIQUE COLLATE "C",
  schedule     text NOT NULL,
  retries      integer NOT NULL CHECK (retries >= 0),
  parameters   jsonb NOT NULL,
  capacity_map jsonb NOT NULL,
  deadline     text NOT NULL,
  stop_timeout text NOT NULL,
  requested_by text NOT NULL,
  updated_at   timestamptz NOT NULL DEFAULT now()
);
