import type { Handlers } from '../../../registry/http/routes.ts';

const handle = () => Promise.resolve();

/** Handlers that answer nothing, for tests that look at the routes alone. */
export const idleHandlers: Handlers = {
  base: handle,
  catalog: handle,
  tags: handle,
  referrers: handle,
  blobs: { head: handle, get: handle, remove: handle },
  uploads: { start: handle, status: handle, append: handle, finish: handle, cancel: handle },
  manifests: { read: handle, put: handle, remove: handle },
};
