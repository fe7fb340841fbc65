-- How much waits for deletion is asked at every scrape of /metrics, and read from the index alone.
DROP INDEX registry.deleted_objects_attempted;
CREATE INDEX deleted_objects_attempted ON registry.deleted_objects (attempted_at, deleted_at) INCLUDE (size_bytes);
