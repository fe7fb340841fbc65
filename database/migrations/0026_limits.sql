-- Counting what there may be only so many of.

ALTER TABLE registry.uploads
  -- Name of the account or robot that began it.
  ADD COLUMN begun_by text NOT NULL DEFAULT '' COLLATE "C";
CREATE INDEX uploads_begun_by ON registry.uploads (begun_by);

-- Makes an upload, unless there are as many as a limit allows, in one statement of the client: it goes before every blob
-- that is pushed. Gives the name of the limit, or null where the upload was made. Whoever begins one in the same
-- repository, or for the same account, waits for the end of the statement, whose commit waits for no disk; locks are
-- taken in this order everywhere. Where a limit is reached, uploads that nobody has written to for an hour give way, so
-- that what clients have abandoned keeps nobody from pushing until a job removes it.
CREATE FUNCTION registry.begin_upload(
  upload_id uuid, repository bigint, pusher text, key text, algorithm text, writer uuid,
  most_of_repository integer, most_of_account integer
) RETURNS text LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
  idle_since CONSTANT timestamptz := now() - interval '1 hour';
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  -- First, so that nobody waits for the row while others wait here.
  PERFORM FROM registry.repositories WHERE id = repository FOR KEY SHARE;
  PERFORM pg_advisory_xact_lock(hashtextextended('maxOpenUploadsPerRepository ' || repository, 0));
  PERFORM pg_advisory_xact_lock(hashtextextended('maxOpenUploadsPerAccount ' || pusher, 0));

  IF (SELECT count(*) FROM (SELECT FROM registry.uploads WHERE repository_id = repository LIMIT most_of_repository) u)
     >= most_of_repository THEN
    PERFORM registry.give_up_uploads(ARRAY(
      SELECT id FROM registry.uploads WHERE repository_id = repository AND updated_at < idle_since
      ORDER BY updated_at LIMIT 100));
    IF (SELECT count(*) FROM (SELECT FROM registry.uploads WHERE repository_id = repository LIMIT most_of_repository) u)
       >= most_of_repository THEN RETURN 'maxOpenUploadsPerRepository'; END IF;
  END IF;

  IF (SELECT count(*) FROM (SELECT FROM registry.uploads WHERE begun_by = pusher LIMIT most_of_account) u)
     >= most_of_account THEN
    PERFORM registry.give_up_uploads(ARRAY(
      SELECT id FROM registry.uploads WHERE begun_by = pusher AND updated_at < idle_since
      ORDER BY updated_at LIMIT 100));
    IF (SELECT count(*) FROM (SELECT FROM registry.uploads WHERE begun_by = pusher LIMIT most_of_account) u)
       >= most_of_account THEN RETURN 'maxOpenUploadsPerAccount'; END IF;
  END IF;

  INSERT INTO registry.uploads (id, repository_id, begun_by, storage_key, digest_algorithm, writer_id)
  VALUES (upload_id, repository, pusher, key, algorithm, writer);
  RETURN NULL;
END $$;

-- Ends uploads, but for those that somebody has locked or written to meanwhile; a job deletes their bytes.
CREATE FUNCTION registry.give_up_uploads(ids uuid[]) RETURNS void LANGUAGE sql AS $$
  WITH gone AS (
    DELETE FROM registry.uploads WHERE id IN (
      SELECT id FROM registry.uploads WHERE id = ANY (ids) AND updated_at < now() - interval '1 hour'
      FOR UPDATE SKIP LOCKED)
    RETURNING storage_key, store_state)
  INSERT INTO registry.expired_uploads (storage_key, store_state) SELECT storage_key, store_state FROM gone
$$;

-- All of a key, also those that are switched off; and pages of all.
CREATE INDEX webhooks_of_key ON registry.webhooks (key, created_at, id);
CREATE INDEX webhooks_by_time ON registry.webhooks (created_at, id);

-- Few: jobs that somebody has asked for and that have not started. Jobs of events are in no such index.
CREATE INDEX jobs_asked_for ON jobs.jobs (requested_by) WHERE status = 'waiting' AND trigger = 'api';
