import { type Static, type TProperties, type TSchema, Type } from 'typebox';

/** A moment: a `Date` in the program, and a text by RFC 3339 in JSON. */
export const Timestamp = Type.Unsafe<Date>({ type: 'string', format: 'date-time' });

/** The answer that has no body. */
export const NoBody = Type.Unsafe<undefined>({ type: 'null' });

/** A list. */
export function listOf<Schema extends TSchema>(items: Schema) {
  return Type.Unsafe<readonly Static<Schema>[]>({ type: 'array', items });
}

/** An object whose names nobody knows before, with values of one kind. */
export function mapOf<Schema extends TSchema>(values: Schema) {
  return Type.Unsafe<Readonly<Record<string, Static<Schema>>>>({ type: 'object', additionalProperties: values });
}

/** Whatever JSON an object holds. */
export const AnyObject = Type.Unsafe<Readonly<Record<string, unknown>>>({ type: 'object', additionalProperties: true });

/** What may be `null`. */
export function nullable<Schema extends TSchema>(schema: Schema) {
  const { type } = schema as { readonly type?: unknown };
  const isPlain = typeof type === 'string' && type !== 'object' && type !== 'array' && !('enum' in schema);
  return Type.Unsafe<Static<Schema> | null>(
    isPlain ? { ...schema, type: [type, 'null'] } : { anyOf: [schema, { type: 'null' }] },
  );
}

/** One of so many texts. */
export function oneOf<const Value extends string>(values: readonly Value[]) {
  return Type.Unsafe<Value>({ type: 'string', enum: values });
}

/** A field of an object that no request changes. */
export function readOnly<Schema extends TSchema>(schema: Schema): Schema & { readonly readOnly: true } {
  // TypeBox marks what is optional by a property that cannot be enumerated.
  const copy = Object.defineProperties({}, Object.getOwnPropertyDescriptors(schema)) as Schema;
  return Object.assign(copy, { readOnly: true } as const);
}

/** Makes fields read-only, all of them. */
export function allReadOnly<Properties extends TProperties>(properties: Properties) {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, readOnly(schema)])) as {
    [Name in keyof Properties]: Properties[Name] & { readonly readOnly: true };
  };
}
