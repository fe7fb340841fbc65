import { type TObject, type TProperties, type TSchema, Type } from 'typebox';
import { DomainError } from '../../errors/domain-error.ts';
import type { ApiInstance } from './instance.ts';

/** The names of the fields of a view that requests may change. */
type Changeable<Fields extends TProperties> = {
  [Name in keyof Fields]: Fields[Name] extends { readonly readOnly: true } ? never : Name;
}[keyof Fields];

/**
 * The body of a request that makes or changes an object. Clients send back what they have read, so the fields that the
 * object has and the request does not change are taken, whatever they hold, and ignored. What the object does not have
 * either is refused by name. The compiler asks of every field of the view that is not read-only, whether the request takes
 * it.
 *
 * @param view the object as the API shows it
 * @param properties the fields that the request takes, as it takes them
 * @param others the fields that other requests change, and this one ignores
 */
export function formOf<
  Fields extends TProperties,
  Properties extends TProperties,
  Others extends readonly Exclude<Changeable<Fields>, keyof Properties>[],
>(
  view: TObject<Fields>,
  properties: Properties &
    (Exclude<Changeable<Fields>, keyof Properties | Others[number]> extends never
      ? unknown
      : Record<Exclude<Changeable<Fields>, keyof Properties | Others[number]>, TSchema>),
  ...others: Others
) {
  const names = Object.keys(view.properties).filter((name) => !(name in properties));
  const ignored = names.filter(
    (name) => 'readOnly' in (view.properties[name] as TSchema) || (others as readonly string[]).includes(name),
  );
  return Type.Object<Properties>(properties, { additionalProperties: false, ignored });
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
