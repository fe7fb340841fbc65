-- A workflow that has nothing to do for a while gives its place back, and waits to be admitted again.
ALTER TABLE jobs.jobs
  -- Since when its workflow waits without a place.
  ADD COLUMN parked_at timestamptz,
  -- Which of its waits that is, or was the last: an activity may ask twice.
  ADD COLUMN parking text NOT NULL DEFAULT '';
-- What takes places: with it admission need not look at what is parked.
CREATE INDEX jobs_with_place ON jobs.jobs (action, capacity_map)
  WHERE admitted_at IS NOT NULL AND ended_at IS NULL AND parked_at IS NULL;

ALTER TABLE jobs.outbox
  DROP CONSTRAINT outbox_command_check,
  ADD CONSTRAINT outbox_command_check
    CHECK (command IN ('start', 'proceed', 'cancel', 'terminate', 'pause', 'resume')),
  DROP CONSTRAINT outbox_waits_to_start,
  ADD CONSTRAINT outbox_waits_for_place
    CHECK (state = 'order' OR (command IN ('start', 'proceed') AND action <> '' AND priority > 0));
-- Lanes that nobody uses any more are forgotten.
CREATE INDEX queue_turns_served ON jobs.queue_turns (served_at);
