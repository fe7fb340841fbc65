import { type TProperties, Type } from 'typebox';
import { DomainError } from '../../errors/domain-error.ts';
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

/**
 * Refuses a body that says of a field something else than is so, where the request does not change the field and the field
 * decides what the object does: whoever sent it would believe that it holds. Called in the transaction of the change.
 *
 * @param object as it is after the change
 * @param changedBy the fields, each with how it is changed
 * @throws DomainError INVALID_PARAMETERS
 */
export function assertNotSteered<Name extends string>(
  body: Readonly<Partial<Record<NoInfer<Name>, unknown>>>,
  object: Readonly<Record<NoInfer<Name>, unknown>>,
  changedBy: Readonly<Record<Name, string>>,
): void {
  for (const name of Object.keys(changedBy) as Name[]) {
    if (body[name] === undefined || body[name] === object[name]) continue;
    throw new DomainError(
      'INVALID_PARAMETERS',
      `${name} is ${String(object[name])}, and is not changed by this request: ${changedBy[name]}; leave it out`,
    );
  }
}
