-- What administrators set while the program runs. A setting that has no row has its default (jobs/settings.ts).
CREATE TABLE jobs.settings (
  name       text PRIMARY KEY COLLATE "C",
  value      jsonb NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);
