import type { DeclaredRoute, TestApi } from '../api/test-api.ts';

/** A route of `/api/v0` and `/enzi/v0`, with a path that fits it. */
export interface ServedRoute {
  readonly method: string;
  readonly template: string;
  /** About what is in the target, where it has that. */
  readonly path: string;
  /** Names of the parameters of its query. */
  readonly parameters: readonly string[];
}

const common = { organization: 'acme', team: 'writers', member: 'rita', tag: '1', reference: '1', action: 'sleep' };
// By the names that routes give what a path is about.
const fillings: Readonly<Record<'acme' | 'eve', Readonly<Record<string, string>>>> = {
  acme: { ...common, namespace: 'acme', reponame: 'app', username: 'rita' },
  eve: { ...common, namespace: 'eve', reponame: 'own', username: 'eve' },
};
const noId = '00000000-0000-4000-8000-000000000000';
const reading = new Set(['GET', 'HEAD']);

/**
 * Every route that the API serves, of those that read or of those that may change something.
 *
 * @param about whose repository and account the paths name
 */
export function servedRoutes(
  { routes }: Pick<TestApi, 'routes'>,
  kind: 'reading' | 'writing',
  about: keyof typeof fillings = 'acme',
): ServedRoute[] {
  const isWanted = ({ method, url }: DeclaredRoute): boolean =>
    (kind === 'reading' ? method === 'GET' : !reading.has(method)) && /^\/(?:api|enzi)\/v0\//.test(url);
  return routes.filter(isWanted).map(({ method, url, schema }) => ({
    method,
    template: url,
    path: url.replace(/:(\w+)/g, (_whole, name: string) => fillings[about][name] ?? noId),
    parameters: Object.keys(schema?.querystring?.properties ?? {}),
  }));
}
