import { Ajv, type Options, type ValidateFunction } from 'ajv';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';

/**
 * A validator of JSON Schema. The first problem ends a check: finding them all costs as much as a hostile request wants it
 * to. Where a schema has a `pattern`, its keyword `allowed` says in words what that takes, and `allowedNames` the same of
 * the names in an object. `holds` says what sort of text it is, where one sort is read in one way everywhere, and `ignored` which
 * names in an object are taken out before it is checked.
 */
export function createValidator(options: Options = {}): Ajv {
  const ajv = new Ajv({ strict: true, allErrors: false, verbose: true, removeAdditional: false, ...options });
  ajv.addVocabulary(['allowed', 'allowedNames', 'holds', 'ignored']);
  return ajv;
}

// A body is JSON, whose types are known: nothing is guessed. A query is text, and its lists may have one element.
const bodies = createValidator({ coerceTypes: false, useDefaults: true });
// Bounds are to be looked at for a text that is read as Infinity, too.
const queries = createValidator({ coerceTypes: 'array', useDefaults: true, strictNumbers: false });

/**
 * Compiles a schema for a part of requests: `body`, or another one.
 *
 * @throws Error where the schema has a fault
 */
export function compileSchema(httpPart: string | undefined, schema: TSchema): ValidateFunction {
  return (httpPart === 'body' ? bodies : queries).compile(schema);
}

/**
 * Compiles the schemas of routes, each at the first request that it is for: there are hundreds, and a process that
 * compiled them all would take a third of a second longer to start.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  let compiled: ValidateFunction | undefined;
  const validate: ReturnType<FastifySchemaCompiler<TSchema>> = (data: unknown) => {
    compiled ??= compileSchema(httpPart, schema);
    const isValid = compiled(data);
    validate.errors = compiled.errors ?? null;
    return isValid;
  };
  return validate;
};
