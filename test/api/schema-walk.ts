/** A JSON Schema, as far as tests look into it. */
export interface Schema {
  readonly type?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly description?: string;
  readonly pattern?: string;
  readonly allowed?: string;
  readonly allowedNames?: string;
  readonly holds?: string;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly uniqueItems?: boolean;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly propertyNames?: Schema;
  readonly additionalProperties?: boolean | Schema;
}

/** A schema with where it stands, such as `POST /api/v0/jobs body.parameters.*`. */
export interface PlacedSchema {
  readonly where: string;
  readonly schema: Schema;
}

/** A schema and all that is in it, each after what it is in. */
export function* walkSchema(schema: Schema, where: string): Generator<PlacedSchema> {
  yield { where, schema };
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    yield* walkSchema(property, `${where}.${name}`);
  for (const property of Object.values(schema.patternProperties ?? {})) yield* walkSchema(property, `${where}.*`);
  if (typeof schema.additionalProperties === 'object') yield* walkSchema(schema.additionalProperties, `${where}.*`);
  if (schema.propertyNames) yield* walkSchema(schema.propertyNames, `${where} names`);
  if (schema.items) yield* walkSchema(schema.items, `${where}[]`);
  for (const [index, option] of (schema.anyOf ?? []).entries()) yield* walkSchema(option, `${where}|${index}`);
}

/** The parts of a request that a route has a schema for. */
export const requestParts = ['body', 'querystring', 'params', 'headers'] as const;
