-- The registry's metadata. Blob bytes live in the blob store under storage_key.
CREATE SCHEMA registry;

CREATE TABLE registry.repositories (
  id                    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- What the API shows.
  public_id             uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  namespace             text NOT NULL COLLATE "C" REFERENCES accounts.accounts (name),
  name                  text NOT NULL COLLATE "C",
  visibility            text NOT NULL DEFAULT 'private' CHECK (visibility IN ('public', 'private')),
  short_description     text NOT NULL DEFAULT '',
  long_description      text NOT NULL DEFAULT '',
  scan_on_push          boolean NOT NULL DEFAULT false,
  immutable_tags        boolean NOT NULL DEFAULT false,
  enable_manifest_lists boolean NOT NULL DEFAULT true,
  tag_limit             integer NOT NULL DEFAULT 0 CHECK (tag_limit >= 0),
  pulls                 bigint NOT NULL DEFAULT 0,
  pushes                bigint NOT NULL DEFAULT 0,
  created_at            timestamptz NOT NULL DEFAULT now(),
  UNIQUE (namespace, name)
);

-- One row per distinct content. storage_key is never used twice: deleting an old object cannot hit a later upload.
CREATE TABLE registry.blobs (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  digest      text NOT NULL UNIQUE COLLATE "C",
  size_bytes  bigint NOT NULL CHECK (size_bytes >= 0),
  storage_key text NOT NULL UNIQUE COLLATE "C",
  created_at  timestamptz NOT NULL DEFAULT now()
);

-- Through which repositories a blob can be read.
CREATE TABLE registry.repository_blobs (
  repository_id bigint NOT NULL REFERENCES registry.repositories ON DELETE CASCADE,
  blob_id       bigint NOT NULL REFERENCES registry.blobs ON DELETE CASCADE,
  linked_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (repository_id, blob_id)
);
CREATE INDEX repository_blobs_blob ON registry.repository_blobs (blob_id);

-- An upload under way. Its id is the last part of the path of Location; its bytes are in the blob store.
CREATE TABLE registry.uploads (
  id            uuid PRIMARY KEY,
  repository_id bigint NOT NULL REFERENCES registry.repositories ON DELETE CASCADE,
  storage_key   text NOT NULL UNIQUE COLLATE "C",
  size_bytes    bigint NOT NULL DEFAULT 0,
  -- The one request, in whichever process, that may write the bytes; it keeps updated_at fresh while it works.
  writer_id     uuid,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX uploads_updated ON registry.uploads (updated_at);

CREATE TABLE registry.manifests (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  repository_id  bigint NOT NULL REFERENCES registry.repositories ON DELETE CASCADE,
  digest         text NOT NULL COLLATE "C",
  media_type     text NOT NULL,
  artifact_type  text,
  -- The manifest that this one refers to (OCI 1.1 "subject"); it need not exist.
  subject_digest text COLLATE "C",
  config_digest  text COLLATE "C",
  config_media_type text,
  os             text NOT NULL DEFAULT '',
  architecture   text NOT NULL DEFAULT '',
  -- The bytes as the client sent them: their digest is the identity of the manifest.
  payload        bytea NOT NULL,
  -- Sum of the sizes that the manifest declares for its config and layers.
  image_size_bytes bigint NOT NULL DEFAULT 0,
  pushed_by      text NOT NULL,
  created_at     timestamptz NOT NULL DEFAULT now(),
  UNIQUE (repository_id, digest)
);
CREATE INDEX manifests_subject ON registry.manifests (repository_id, subject_digest) WHERE subject_digest IS NOT NULL;

-- RESTRICT is the last line of defence: no order of events can delete a blob that a manifest names.
CREATE TABLE registry.manifest_blobs (
  manifest_id bigint NOT NULL REFERENCES registry.manifests ON DELETE CASCADE,
  blob_id     bigint NOT NULL REFERENCES registry.blobs ON DELETE RESTRICT,
  PRIMARY KEY (manifest_id, blob_id)
);
CREATE INDEX manifest_blobs_blob ON registry.manifest_blobs (blob_id);

CREATE TABLE registry.manifest_children (
  parent_id bigint NOT NULL REFERENCES registry.manifests ON DELETE CASCADE,
  child_id  bigint NOT NULL REFERENCES registry.manifests ON DELETE CASCADE,
  PRIMARY KEY (parent_id, child_id)
);
CREATE INDEX manifest_children_child ON registry.manifest_children (child_id);

-- COLLATE "C" is the ASCII order that the distribution specification asks for in tags/list.
CREATE TABLE registry.tags (
  repository_id bigint NOT NULL REFERENCES registry.repositories ON DELETE CASCADE,
  name          text NOT NULL COLLATE "C",
  manifest_id   bigint NOT NULL REFERENCES registry.manifests ON DELETE CASCADE,
  author        text NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (repository_id, name)
);
CREATE INDEX tags_manifest ON registry.tags (manifest_id);

-- What happened, as GET /api/v0/events will show it, and what webhooks tell.
CREATE TABLE registry.events (
  id           uuid PRIMARY KEY,
  published_at timestamptz NOT NULL DEFAULT now(),
  actor        text NOT NULL,
  type         text NOT NULL,
  object_type  text NOT NULL,
  -- The kind that webhooks subscribe to.
  webhook_type text NOT NULL,
  namespace    text NOT NULL COLLATE "C",
  repository   text NOT NULL COLLATE "C",
  -- The webhook payload's "contents".
  contents     jsonb NOT NULL
);
CREATE INDEX events_published ON registry.events (published_at DESC, id);
CREATE INDEX events_repository ON registry.events (namespace, repository, published_at DESC);

CREATE TABLE registry.webhooks (
  id                    uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  type                  text NOT NULL,
  -- "namespace/name", "namespace", or empty for everything.
  key                   text NOT NULL COLLATE "C",
  endpoint              text NOT NULL,
  author_id             uuid NOT NULL REFERENCES accounts.accounts ON DELETE CASCADE,
  inactive              boolean NOT NULL DEFAULT false,
  tls_cert              text NOT NULL DEFAULT '',
  skip_tls_verification boolean NOT NULL DEFAULT false,
  created_at            timestamptz NOT NULL DEFAULT now(),
  last_successful_at    timestamptz
);
CREATE INDEX webhooks_key ON registry.webhooks (key, type) WHERE NOT inactive;
