import { DomainError } from '../../errors/domain-error.ts';

/** One thing that a token may permit: actions on a repository, or on the registry as a whole. */
export interface Scope {
  readonly type: 'repository' | 'registry';
  readonly name: string;
  readonly actions: readonly string[];
}

/** How many a client may ask for. It asks for the repository of a push, and for those from which that mounts blobs. */
export const maxScopes = 50;

/**
 * Reads the `scope` parameters of a token request (Docker token specification): each holds scopes parted by spaces, each
 * of them `type:name:action,action`. The name may itself hold colons, as a host with a port does, so it lies between the
 * first and the last. What makes no sense, or is of a type not known here, is left out: a token simply does not grant it.
 * Several scopes of one name become one.
 *
 * @throws DomainError INVALID_PARAMETERS where there are more than 50, whatever they are
 */
export function parseScopes(parameters: readonly string[]): Scope[] {
  const texts = parameters.flatMap((parameter) => parameter.split(' ').filter(Boolean));
  if (texts.length > maxScopes) {
    throw new DomainError(
      'INVALID_PARAMETERS',
      `scope names ${texts.length} scopes, and may name ${maxScopes}: ask for several tokens`,
    );
  }
  const merged = new Map<string, Scope>();
  for (const scope of texts.flatMap(parseScope)) {
    const key = `${scope.type}:${scope.name}`;
    const actions = new Set([...(merged.get(key)?.actions ?? []), ...scope.actions]);
    merged.set(key, { ...scope, actions: [...actions] });
  }
  return [...merged.values()];
}

function parseScope(text: string): Scope[] {
  const first = text.indexOf(':');
  const last = text.lastIndexOf(':');
  // "repository(plugin)" is how clients name the kind of repository; the kinds are all the same here.
  const type = text.slice(0, first).replace(/\([a-z0-9]*\)$/, '');
  const name = text.slice(first + 1, last);
  if (first < 1 || last <= first + 1 || (type !== 'repository' && type !== 'registry')) return [];
  const actions = text.slice(last + 1).split(',');
  return [{ type, name, actions: actions.filter(Boolean) }];
}
