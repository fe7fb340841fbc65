import type { ManifestKind } from './media-types.ts';

type Json = Readonly<Record<string, unknown>>;

// OCI image specification ("Image Manifest", "Image Index", "Content Descriptors"), Docker image manifest version 2,
// schemas 1 and 2, and the artifact manifest that OCI has withdrawn, which some clients still read.
const kindFields = ['config', 'layers', 'manifests', 'fsLayers', 'history', 'blobs'] as const;
const manifestFields = knownFields([
  ...kindFields,
  'schemaVersion',
  'mediaType',
  'artifactType',
  'subject',
  'annotations',
]);
const descriptorFields = knownFields([
  'mediaType',
  'digest',
  'size',
  'urls',
  'annotations',
  'data',
  'platform',
  'artifactType',
]);
const platformFields = knownFields(['architecture', 'os', 'os.version', 'os.features', 'variant', 'features']);

const ownFields: Readonly<Record<ManifestKind, ReadonlySet<string>>> = {
  image: new Set(['config', 'layers']),
  index: new Set(['manifests']),
};

/**
 * Why a document would be read in one way here and in another way elsewhere; undefined: it would not. A registry that
 * stores such a document lets one digest stand for two contents (CVE-2021-41190: GHSA-mc8v-mgrf-8f4m,
 * GHSA-77vh-xpmg-72qh). Found are
 *
 * - fields of another kind of manifest, whatever their value: clients that are not told a type guess it by them;
 * - fields that an object has twice: parsers take the first, the last, or both (RFC 8259 section 4);
 * - fields that are spelt like one that clients read but for case: those written in Go read them all the same
 *   (package encoding/json, "Unmarshal").
 *
 * @param text of which `body` was parsed
 */
export function findAmbiguity(text: string, body: Json, kind: ManifestKind): string | undefined {
  const foreign = kindFields.find((field) => Object.hasOwn(body, field) && !ownFields[kind].has(field));
  if (foreign !== undefined) {
    return `it has the field "${foreign}", but its type is that of an ${kind}: a document is an image or an index, never both`;
  }
  if (countNames(text) !== countFields(body)) return 'it has a field twice in one object: name each field once';
  return findMisspelt(body);
}

/** How many names of fields a text of valid JSON has. */
function countNames(text: string): number {
  const [quote, backslash, colon] = [0x22, 0x5c, 0x3a];
  let names = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === colon) names++;
    if (code !== quote) continue;
    for (at++; text.charCodeAt(at) !== quote; at++) if (text.charCodeAt(at) === backslash) at++;
  }
  return names;
}

/** How many fields the objects in a value have. Without recursion: the nesting of a document has no limit. */
function countFields(value: object): number {
  let fields = 0;
  const pending: object[] = [value];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const values: readonly unknown[] = Array.isArray(next) ? next : Object.values(next);
    if (!Array.isArray(next)) fields += values.length;
    for (const inner of values) if (typeof inner === 'object' && inner !== null) pending.push(inner);
  }
  return fields;
}

function findMisspelt(body: Json): string | undefined {
  const seen = new Map<string, string>();
  for (const name of Object.keys(body)) {
    const other = seen.get(fold(name));
    if (other !== undefined) return `"${shown(other)}" and "${shown(name)}" differ in case alone: leave one out`;
    seen.set(fold(name), name);
  }
  const { config, subject, layers, manifests } = body;
  const descriptors = [config, subject, layers, manifests].flat().filter(isObject);
  const platforms = descriptors.map(({ platform }) => platform).filter(isObject);
  return (
    misspeltIn([body], manifestFields) ??
    misspeltIn(descriptors, descriptorFields) ??
    misspeltIn(platforms, platformFields)
  );
}

function misspeltIn(objects: readonly Json[], known: ReadonlyMap<string, string>): string | undefined {
  for (const object of objects) {
    for (const name of Object.keys(object)) {
      const meant = known.get(fold(name));
      if (meant !== undefined && meant !== name) {
        return `the field "${shown(name)}" differs from "${meant}" in case alone: write "${meant}"`;
      }
    }
  }
  return undefined;
}

function knownFields(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.map((name) => [fold(name), name]));
}

/** What is alike for whoever ignores case as Unicode folds it: the long s is an s, and the Kelvin sign a k. */
function fold(name: string): string {
  return name.toLowerCase().replaceAll('\u017f', 's');
}

function shown(name: string): string {
  return name.slice(0, 100);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
