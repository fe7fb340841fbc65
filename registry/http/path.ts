import { HttpError } from './http-error.ts';

/** The kinds of thing that a path under `/v2` can name. */
export type RouteKind = 'base' | 'catalog' | 'tags' | 'manifest' | 'blob' | 'uploads' | 'upload' | 'referrers';

/** A path under `/v2`, taken apart; nothing in it has been checked against the grammar of names yet. */
export interface Target {
  readonly kind: RouteKind;
  /** The repository's name, or empty. */
  readonly name: string;
  /** A tag, a digest or an upload's id, or empty. */
  readonly reference: string;
}

/**
 * Takes a request's path apart, from the right, because the names of repositories contain slashes.
 *
 * Each component is decoded by itself, so that an encoded slash can never become a separator.
 *
 * @param path the path as it came, without the query
 * @returns undefined for a path that names nothing
 * @throws RegistryError NAME_INVALID for bad percent-encoding and for components that no name can have
 */
export function parsePath(path: string): Target | undefined {
  if (path === '/v2/' || path === '/v2') return { kind: 'base', name: '', reference: '' };
  if (!path.startsWith('/v2/')) return undefined;
  const components = path.slice('/v2/'.length).split('/').map(decode);
  if (components.length === 1 && components[0] === '_catalog') return { kind: 'catalog', name: '', reference: '' };
  const last = components.at(-1) ?? '';
  const before = components.at(-2);
  const beforeThat = components.at(-3);
  if (before === 'blobs' && beforeThat !== undefined && last === 'uploads') return named('uploads', components, 2, '');
  if (beforeThat === 'blobs' && before === 'uploads') {
    return last === '' ? named('uploads', components, 3, '') : named('upload', components, 3, last);
  }
  if (before === 'tags' && last === 'list') return named('tags', components, 2, '');
  if (before === 'blobs') return named('blob', components, 2, last);
  if (before === 'manifests') return named('manifest', components, 2, last);
  if (before === 'referrers') return named('referrers', components, 2, last);
  return undefined;
}

function named(kind: RouteKind, components: readonly string[], fromRight: number, reference: string): Target {
  return { kind, name: components.slice(0, -fromRight).join('/'), reference };
}

function decode(component: string): string {
  if (!component.includes('%')) return component;
  let decoded: string | undefined;
  try {
    decoded = decodeURIComponent(component);
  } catch {
    decoded = undefined;
  }
  if (decoded === undefined || /[/\\\p{Cc}]/u.test(decoded) || /^\.{1,2}$/.test(decoded)) {
    const shown = component.slice(0, 255);
    throw new HttpError(
      'NAME_INVALID',
      `the path component "${shown}" is not valid: separators, control characters and dots cannot be percent-encoded`,
      { detail: { component: shown } },
    );
  }
  return decoded;
}
