import { type TProperties, Type } from 'typebox';
import type { ApiInstance } from './instance.ts';

/**
 * The body of a request that makes or changes an object. Clients send back what they have read, so the fields that the
 * object has and the request does not change are taken, whatever they hold, and ignored. The compiler asks for every one of
 * them. What the object does not have either is refused by name.
 *
 * @template View the object as the API shows it
 * @returns makes the schema, of the fields that the request may change and the names of the others
 */
export function objectForm<View>() {
  return <Properties extends TProperties>(
    properties: Properties,
    readOnly: Readonly<Record<Exclude<keyof View & string, keyof Properties>, 'read-only'>>,
  ) => Type.Object(properties, { additionalProperties: false, ignored: Object.keys(readOnly) });
}

/** Takes out of bodies what their schemas ignore, before they are checked. */
export function ignoreReadOnlyFields(app: ApiInstance): void {
  app.addHook('preValidation', async ({ routeOptions: { schema }, body }) => {
    const { ignored = [] } = (schema?.body ?? {}) as { readonly ignored?: readonly string[] };
    if (typeof body !== 'object' || body === null) return;
    for (const name of ignored) Reflect.deleteProperty(body, name);
  });
}
