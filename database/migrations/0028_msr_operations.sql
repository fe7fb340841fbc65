-- Content caches that clients are told of (MSR): what they are called, and where they are. Nothing is sent to them.
CREATE TABLE accounts.content_caches (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name       text NOT NULL,
  host       text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX content_caches_by_time ON accounts.content_caches (created_at, id);

-- What users have set for themselves. No row: nothing.
CREATE TABLE accounts.user_settings (
  account_id       uuid PRIMARY KEY REFERENCES accounts.accounts ON DELETE CASCADE,
  content_cache_id uuid REFERENCES accounts.content_caches ON DELETE SET NULL
);
CREATE INDEX user_settings_content_cache ON accounts.user_settings (content_cache_id) WHERE content_cache_id IS NOT NULL;

-- Searches: words of the name and of the short description, by how they begin. Of a repository that is deleted, none.
CREATE FUNCTION registry.search_words(namespace text, name text, short_description text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT to_tsvector('simple'::regconfig, regexp_replace(namespace || ' ' || name || ' ' || short_description, '[^[:alnum:]]+', ' ', 'g'))
$$;
CREATE INDEX repositories_words ON registry.repositories
  USING gin (registry.search_words(namespace, name, short_description));
