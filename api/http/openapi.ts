import swagger from '@fastify/swagger';
import type { TSchema } from 'typebox';
import { Type } from 'typebox';
import packageJson from '../../package.json' with { type: 'json' };
import { hoistModels } from './hoist-models.ts';
import type { ApiInstance, RouteAccess } from './instance.ts';
import { anyAnswer } from './serialization.ts';

const config = { access: 'anonymous' } as const;

/** What an error looks like, whatever its status (DTR 2.7 API, "errors"). */
export const Errors = Type.Object(
  { errors: Type.Array(Type.Object({ code: Type.String(), message: Type.String() })) },
  { title: 'Errors' },
);

/** Who may use a route, in words. */
const accessInWords: Readonly<Record<string, string>> = {
  anonymous: 'everybody',
  authenticated: 'users who have signed in',
  subject: 'users and robots who have signed in',
  'system-admin': 'system administrators',
};

/**
 * Collects the routes that are added from now on for the description of the API by OpenAPI 3.1. To be awaited before the
 * first route.
 */
export async function describeApi(app: ApiInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Jobrunner',
        description: 'The API of the Jobrunner container registry: that of Mirantis Secure Registry, and more.',
        version: packageJson.version,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      security: [{ password: [] }, { token: [] }, { session: [] }],
      components: {
        securitySchemes: {
          password: { type: 'http', scheme: 'basic', description: 'A name with a password or an access token.' },
          token: { type: 'http', scheme: 'bearer', description: 'A token of GET /auth/token for the API.' },
          session: { type: 'apiKey', in: 'cookie', name: 'session', description: 'A session of POST /enzi/v0/login.' },
        },
      },
    },
    transform: ({ schema, url, route }) => {
      const { access } = route.config ?? {};
      const { response, ...parts } = (schema ?? {}) as Readonly<Record<string, object>>;
      const isHidden = !/^\/(?:api|enzi|auth)\//.test(url) || access === undefined;
      return {
        url,
        schema: {
          ...Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, publish(part)])),
          hide: isHidden,
          operationId: operationId([route.method].flat().join(' '), url),
          'x-access': accessInWords[access as RouteAccess] ?? access,
          ...(access === 'anonymous' && { security: [] }),
          response: describeAnswers(response as Readonly<Record<string, object>>),
        },
      };
    },
  });
}

/** `GET /api/v0/openapi.json`, and under MSR's name for it `/api/v0/docs.json`: the API as OpenAPI 3.1. */
export function openApiRoutes(app: ApiInstance): void {
  // Sent as text, which is made once.
  const Document = Type.Unsafe<string>({ type: 'object', additionalProperties: true });
  const documentSchema = { summary: 'Show this description', tags: ['meta'], response: { 200: Document } };
  let document: string | undefined;
  for (const path of ['/api/v0/openapi.json', '/api/v0/docs.json']) {
    app.get(path, { config, schema: documentSchema }, async (_request, reply) => {
      document ??= `${JSON.stringify(hoistModels(app.swagger()))}\n`;
      return reply.type('application/json; charset=utf-8').send(document);
    });
  }
}

const statusTexts: Readonly<Record<string, string>> = {
  200: 'What was asked for',
  201: 'It was made',
  202: 'It was done, or is being done',
  204: 'It was done',
  302: 'It goes on elsewhere',
};

function describeAnswers(answers: Readonly<Record<string, object>>): Record<string, object> {
  const own = Object.entries(answers).filter(([status]) => !(status in anyAnswer));
  const described = own.length > 0 ? own : [['2xx', anyAnswer['2xx']] as const];
  return {
    ...Object.fromEntries(
      described.map(([status, schema]) => [
        status,
        { description: statusTexts[status] ?? 'The answer', ...(publish(schema) as object) },
      ]),
    ),
    default: { description: 'What went wrong', ...Errors },
  };
}

/** A name for an operation: `getApiV0JobsByJobID`. */
function operationId(method: string, url: string): string {
  const words = url.replaceAll(/:(\w+)/g, (_, name: string) => `by/${name}`).match(/\w+/g) ?? [];
  return method.toLowerCase() + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('');
}

/** A schema without our own keywords, of which `allowed` says in words what `pattern` says. */
function publish(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(publish);
  if (typeof schema !== 'object' || schema === null) return schema;
  const {
    allowed,
    allowedNames: _names,
    holds: _holds,
    ignored: _ignored,
    ...rest
  } = schema as TSchema & Record<string, unknown>;
  const published: Record<string, unknown> = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, publish(value)]),
  );
  const { required, properties } = rest as { required?: readonly string[]; properties?: Record<string, object> };
  // What has a default need not be sent.
  if (required && properties)
    published['required'] = required.filter((name) => !('default' in (properties[name] ?? {})));
  return typeof allowed === 'string' ? { ...published, description: allowed } : published;
}
