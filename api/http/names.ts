import { Type, type TSchemaOptions } from 'typebox';
import { canonicalName } from '../../accounts/canonical-name.ts';
import type { ApiInstance } from './instance.ts';

/** A field or parameter that names what is there, or several of the kind, in any case. */
export function nameText(options: TSchemaOptions & { maxLength?: number; minLength?: number; default?: string } = {}) {
  return Type.String({ maxLength: 255, ...options, holds: 'name' });
}

/** Every parameter of a path that is a name. */
export const NameText = nameText({ minLength: 1 });

/** The parameters of a path that names a namespace, a repository, or an account. */
export const namespaceParams = Type.Object({ namespace: NameText });
export const repositoryParams = Type.Object({ namespace: NameText, reponame: NameText });
export const accountParams = Type.Object({ username: NameText });

/** What of a JSON Schema says where names are. */
interface NameSchema {
  readonly holds?: string;
  readonly properties?: Readonly<Record<string, NameSchema>>;
  readonly items?: NameSchema;
}

/** Makes names canonical wherever a schema says that there is one, before anything looks at them. */
export function readNamesInAnyCase(app: ApiInstance): void {
  // Who may use a route depends on what its path, its query, or in some its body, names.
  app.addHook('onRequest', async ({ routeOptions: { schema }, params, query }) => {
    makeCanonical(schema?.params, params);
    makeCanonical(schema?.querystring, query);
  });
  app.addHook('preValidation', async ({ routeOptions: { schema }, body }) => makeCanonical(schema?.body, body));
}

/** In place; what does not fit the schema is left to whoever checks it. */
function makeCanonical(schema: unknown, value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const { properties, items } = (schema ?? {}) as NameSchema;
  if (Array.isArray(value)) {
    for (const item of items ? value : []) makeCanonical(items, item);
    return;
  }
  const fields = value as Record<string, unknown>;
  for (const [name, property] of Object.entries(properties ?? {})) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (property.holds === 'name' && typeof field === 'string') fields[name] = canonicalName(field);
    else makeCanonical(property, field);
  }
}
