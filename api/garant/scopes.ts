/** One thing that a token may permit: actions on a repository, or on the registry as a whole. */
export interface Scope {
  readonly type: 'repository' | 'registry';
  readonly name: string;
  readonly actions: readonly string[];
}

/**
 * Reads the `scope` parameters of a token request (Docker token specification): each holds scopes parted by spaces, each
 * of them `type:name:action,action`. The name may itself hold colons, as a host with a port does, so it lies between the
 * first and the last. What makes no sense, or is of a type not known here, is left out: a token simply does not grant it.
 */
export function parseScopes(parameters: readonly string[]): Scope[] {
  return parameters
    .flatMap((parameter) => parameter.split(' '))
    .flatMap((text) => {
      const first = text.indexOf(':');
      const last = text.lastIndexOf(':');
      // "repository(plugin)" is how clients name the kind of repository; the kinds are all the same here.
      const type = text.slice(0, first).replace(/\([a-z0-9]*\)$/, '');
      const name = text.slice(first + 1, last);
      if (first < 1 || last <= first + 1 || (type !== 'repository' && type !== 'registry')) return [];
      return [
        {
          type,
          name,
          actions: text
            .slice(last + 1)
            .split(',')
            .filter(Boolean),
        },
      ];
    });
}
