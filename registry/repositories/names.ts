import { RegistryError } from '../errors.ts';

/** `namespace/name[/more]`, taken apart. */
export interface RepositoryName {
  /** The account that owns the repository: the first component. */
  readonly namespace: string;
  /** Everything after the namespace. */
  readonly name: string;
  /** Both, as the client wrote them. */
  readonly full: string;
}

const maxNameLength = 255;
// OCI distribution specification, "Pull": <name>, one component of it.
const componentPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
// The same section: <reference> as a tag.
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/**
 * Reads a repository name.
 *
 * @throws RegistryError NAME_INVALID
 */
export function parseRepositoryName(full: string): RepositoryName {
  if (full.length > maxNameLength) {
    throw invalid(full, `is ${full.length} characters long; the most is ${maxNameLength}`);
  }
  const components = full.split('/');
  const bad = components.find((component) => !isNameComponent(component));
  if (bad !== undefined) {
    throw invalid(
      full,
      `has the component "${bad}": use lower-case letters and digits, with single ".", "_", "__" or any number of "-" between them`,
    );
  }
  const [namespace = '', ...rest] = components;
  if (rest.length === 0) throw invalid(full, `has no namespace: use <account>/${full}`);
  return { namespace, name: rest.join('/'), full };
}

/** Whether `text` can be one part of a repository's name, as the namespace is its first. */
export function isNameComponent(text: string): boolean {
  return componentPattern.test(text);
}

function invalid(full: string, why: string): RegistryError {
  const shown = full.slice(0, maxNameLength);
  return new RegistryError('NAME_INVALID', `the repository name "${shown}" ${why}`, { detail: { name: shown } });
}

/** Whether `text` can be a tag. */
export function isTag(text: string): boolean {
  return tagPattern.test(text);
}
