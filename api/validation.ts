import { Ajv, type ErrorObject } from 'ajv';
import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify';
import type { TSchema } from 'typebox';

// A body is JSON, whose types are known: nothing is guessed. A query is text, and its lists may have one element. The
// first problem ends a check: finding them all costs as much as a hostile request wants it to.
const bodies = new Ajv({
  coerceTypes: false,
  useDefaults: true,
  removeAdditional: false,
  allErrors: false,
  strict: true,
});
const queries = new Ajv({
  coerceTypes: 'array',
  useDefaults: true,
  removeAdditional: false,
  allErrors: false,
  strict: true,
  // Otherwise bounds are not looked at for a text that is read as Infinity.
  strictNumbers: false,
});

/** Compiles the schemas of routes. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) =>
  (httpPart === 'body' ? bodies : queries).compile(schema);

/** Turns what a validator found into one line for the client: where, and what is wrong. */
export function describeValidation(
  errors: readonly (ErrorObject | FastifySchemaValidationError)[],
  part: string,
): string {
  const descriptions = errors.map(({ instancePath, message, params }) => {
    const where = instancePath ? `${part}${instancePath.replaceAll('/', '.')}` : part;
    const extra = (params as { additionalProperty?: string }).additionalProperty;
    return extra === undefined ? `${where} ${message}` : `${where} has no property "${extra}"`;
  });
  return [...new Set(descriptions)].join('; ');
}
