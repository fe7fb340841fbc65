-- A job whose deadline passes is ended as one that failed: who cancelled it is nobody.
ALTER TABLE jobs.jobs ADD COLUMN deadline_passed_at timestamptz;

ALTER TABLE jobs.outbox
  DROP CONSTRAINT outbox_command_check,
  ADD CONSTRAINT outbox_command_check
    CHECK (command IN ('start', 'proceed', 'deadline', 'cancel', 'terminate', 'pause', 'resume'));

-- So far a deadline was a cancel that was due later, and a termination after it.
WITH later AS (
  UPDATE jobs.outbox o SET command = 'deadline' FROM jobs.jobs j
  WHERE j.id = o.job_id AND j.status = 'running' AND j.deadline <> '' AND o.command = 'cancel' AND o.due_at > now()
  RETURNING o.job_id
)
DELETE FROM jobs.outbox o USING later WHERE o.job_id = later.job_id AND o.command = 'terminate';
