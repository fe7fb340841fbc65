import { createAuthorizer } from './authorize.ts';
import type { Target } from './target.ts';

/** A registry that somebody else runs, by name and URL; user and password may be in the URL. */
export function createUrlTarget(name: string, url: URL): Target {
  const { username, password, hostname, port } = url;
  const credentials = username
    ? { user: decodeURIComponent(username), password: decodeURIComponent(password) }
    : undefined;
  return {
    name,
    hostname,
    port: Number(port || 80),
    durability: 'as it is set up',
    pids: [],
    authorize: createAuthorizer(`http://${url.host}`, credentials),
    fill: undefined,
    freeSpace: undefined,
  };
}
