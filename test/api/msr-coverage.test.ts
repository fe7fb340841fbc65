import assert from 'node:assert/strict';
import { test } from 'node:test';
import { absentFields, absentOperations } from './msr-absent.ts';
// Every operation of the DTR 2.7 API (docs/msr-api.md): its parameters, and the fields of its body and of its answer with
// their types, lists written as `[]`.
import specification from './msr-specification.json' with { type: 'json' };
import { startApi } from './test-api.ts';

interface Operation {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, string>>;
  readonly answer?: Readonly<Record<string, string>>;
  readonly status?: number;
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly additionalProperties?: boolean | Schema;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
}

interface DescribedOperation {
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

test('what the DTR 2.7 API has is here, or stands in a list with the reason', async (t) => {
  const api = await startApi(t);
  const { json } = await api.send('GET', '/api/v0/openapi.json');
  const description = json as Description;
  const missing: string[] = [];
  const used = new Set<string>();
  const counts = { operations: 0, fields: 0, absentOperations: 0, absentFields: 0 };
  const note = (place: string): void => {
    const reason = absentFields.find(([pattern]) => pattern.test(place));
    if (!reason) missing.push(place);
    else used.add(String(reason[0]));
    counts.absentFields++;
  };
  const found = new Map(
    Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [nameless(`${method.toUpperCase()} ${path}`), operation]),
    ),
  );
  for (const [name, operation] of Object.entries(specification as Readonly<Record<string, Operation>>)) {
    const described = found.get(nameless(name));
    if (!described) {
      const reason = absentOperations.find(([pattern]) => pattern.test(name));
      if (reason) used.add(String(reason[0]));
      else missing.push(name);
      counts.absentOperations++;
      continue;
    }
    counts.operations++;
    const { query = {}, body = {}, answer = {}, status } = operation;
    for (const parameter of Object.keys(query)) {
      counts.fields++;
      const has = described.parameters?.some(({ in: place, name: own }) => place === 'query' && own === parameter);
      if (!has) note(`${name} query ${parameter}`);
    }
    const sent = Object.values(described.requestBody?.content ?? {})[0]?.schema;
    const answers = Object.entries(described.responses).filter(([code]) => code.startsWith('2'));
    const answered = Object.values(answers[0]?.[1].content ?? {})[0]?.schema;
    if (status !== undefined && !answers.some(([code]) => code === String(status))) note(`${name} status ${status}`);
    for (const [part, fields, schema] of [
      ['body', body, sent],
      ['answer', answer, answered],
    ] as const) {
      for (const [field, type] of Object.entries(fields)) {
        counts.fields++;
        const problem = schema ? lookUp(description, schema, field, type) : 'is not there';
        if (problem !== undefined) note(`${name} ${part} ${field} ${problem}`);
      }
    }
  }
  const listed = [...absentOperations, ...absentFields].map(([pattern]) => String(pattern));
  assert.deepEqual(missing, [], 'neither here nor in the list');
  assert.deepEqual(
    listed.filter((pattern) => !used.has(pattern)),
    [],
    'exceptions that nothing needs',
  );
  t.diagnostic(JSON.stringify(counts));
});

/** An operation whatever the parameters of its path are called. */
function nameless(operation: string): string {
  return operation.replaceAll(/\{\w+\}/g, '{}');
}

/** What is wrong with a field, by its path through objects and lists; undefined: it is there, with its type. */
function lookUp(description: Description, schema: Schema, path: string, type: string): string | undefined {
  let at: readonly Schema[] = [schema];
  for (const step of path.match(/\[\]|[^.[\]]+/g) ?? []) {
    at = at
      .flatMap((each) => resolve(description, each))
      .flatMap((each) => (step === '[]' ? each.items : (each.properties?.[step] ?? anyOfMap(each))) ?? []);
    if (at.length === 0) return 'is not there';
  }
  const types = at
    .flatMap((each) => resolve(description, each))
    .flatMap(({ type: own, ...rest }) => own ?? typeOf(rest));
  const fits =
    types.length === 0 || type === 'any' || types.some((own) => own === type || own === 'any' || isNumber(own, type));
  return fits ? undefined : `is ${types.join(' or ')} in place of ${type}`;
}

function isNumber(own: string, type: string): boolean {
  return type === 'number' && own === 'integer';
}

function typeOf(schema: Schema): string {
  if (schema.enum) return 'string';
  return schema.properties ? 'object' : 'any';
}

/** The values of an object whose names are free. */
function anyOfMap({ additionalProperties, patternProperties }: Schema): Schema | undefined {
  if (patternProperties) return Object.values(patternProperties)[0];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

function resolve(description: Description, schema: Schema): Schema[] {
  if (schema.$ref !== undefined) {
    const model = description.components.schemas[schema.$ref.split('/').at(-1) ?? ''];
    return model ? resolve(description, model) : [];
  }
  return schema.anyOf ? schema.anyOf.flatMap((each) => resolve(description, each)) : [schema];
}
