import fastJson from 'fast-json-stringify';
import type { FastifySerializerCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import type { ApiInstance } from './instance.ts';

/** JSON with a newline at the end, for those who read an answer in a terminal. */
export function toJsonLine(payload: unknown): string {
  return `${JSON.stringify(payload)}\n`;
}

/** Compiles the schemas of answers into what writes them. What a schema does not name is not written. */
const serializerCompiler: FastifySerializerCompiler<TSchema> = ({ schema }) => {
  const toJson = fastJson(schema);
  return (payload) => `${toJson(payload)}\n`;
};

/** What is written of an answer that its route does not describe, by the first digit of its status. */
export const anyAnswer = { '2xx': {}, '4xx': {}, '5xx': {} } as const;

/** Makes answers be written by the schemas that their routes declare for them. */
export function serializeBySchemas(app: ApiInstance): void {
  app.setSerializerCompiler(serializerCompiler);
  app.addHook('onRoute', (route) => {
    // What a route does not describe is JSON of any kind: a test finds routes of the API that do not.
    route.schema = { ...route.schema, response: { ...anyAnswer, ...(route.schema?.response as object) } };
  });
}
