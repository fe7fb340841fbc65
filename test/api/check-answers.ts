import { Ajv, type ValidateFunction } from 'ajv';
import type { ApiInstance } from '../../api/http/instance.ts';

const ajv = new Ajv({ strict: false, allErrors: true });
ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
ajv.addFormat('uri', true);

/** A schema whose objects have no other fields than those that they name. */
function close(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(close);
  if (typeof schema !== 'object' || schema === null) return schema;
  const closed = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, close(value)]));
  const isObject = 'properties' in closed && typeof closed['properties'] === 'object';
  return isObject && !('additionalProperties' in closed) ? { ...closed, additionalProperties: false } : closed;
}

/** What is said of an answer of a type; of what is described for every type, that. */
function ofType(described: object | undefined, type: string): object | undefined {
  if (!described || !('content' in described)) return described;
  const content = described.content as Readonly<Record<string, { readonly schema: object }>>;
  return content[type.split(';')[0] ?? '']?.schema;
}

/** Makes every answer of JSON that a route does not describe as it is an error of the server, which fails the test. */
export function checkAnswers(app: ApiInstance): void {
  const validators = new WeakMap<object, ValidateFunction>();
  app.addHook('preSerialization', async (request, reply, payload) => {
    const { schema, method, url } = request.routeOptions;
    const responses = (schema?.response ?? {}) as Readonly<Record<string, object>>;
    const status = String(reply.statusCode);
    if (!status.startsWith('2')) return payload;
    const described = ofType(responses[status] ?? responses['2xx'], String(reply.getHeader('content-type')));
    if (!described) throw new Error(`${String(method)} ${url} does not describe its answer of ${status}`);
    const validate = validators.get(described) ?? ajv.compile(close(described) as object);
    validators.set(described, validate);
    if (!validate(JSON.parse(JSON.stringify(payload)))) {
      throw new Error(
        `${String(method)} ${url} answers ${status} otherwise than it says: ${ajv.errorsText(validate.errors)}`,
      );
    }
    return payload;
  });
}
