import type { ApiInstance } from './instance.ts';

/**
 * Remembers the routes that are added to an app from now on, to tell a path that is not served from a method that a path
 * does not take.
 *
 * @returns finds the methods that a path takes, in order of the alphabet; none where nothing is served there
 */
export function rememberMethods(app: ApiInstance): (path: string) => string[] {
  const routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    const parts = url.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : part.replaceAll('.', '\\.')));
    routes.push({ pattern: new RegExp(`^${parts.join('/')}/?$`), methods: [method].flat() });
  });
  return (path) => {
    const methods = routes.filter(({ pattern }) => pattern.test(path)).flatMap((route) => route.methods);
    return [...new Set(methods)].sort();
  };
}
