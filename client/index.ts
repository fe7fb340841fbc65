import createFetchClient, { type Client, type ClientOptions } from 'openapi-fetch';
import type { components, paths } from './schema.ts';

/** The resources of the API by their names, such as `Model<'Job'>`. */
export type Model<Name extends keyof components['schemas']> = components['schemas'][Name];

/** A client whose requests and answers have the types of the API: `client.GET('/api/v0/jobs', …)`. */
export type JobrunnerClient = Client<paths>;

export interface JobrunnerClientOptions extends Pick<ClientOptions, 'fetch'> {
  /** Where the registry is, such as `https://registry.example.com`. */
  readonly url: string;
  /** Who asks: a name with a password or an access token; or a token of `/auth/token` for the API. Undefined: nobody. */
  readonly credentials?: { readonly name: string; readonly password: string } | { readonly token: string };
}

/**
 * Makes a client of the API of a registry. Its answers have `data`, or `error` with what the registry says, and
 * `response`; it throws only where there is no answer.
 */
export function createClient({ url, credentials, ...options }: JobrunnerClientOptions): JobrunnerClient {
  return createFetchClient<paths>({
    ...options,
    baseUrl: url,
    headers: credentials ? { authorization: authorizationOf(credentials) } : {},
  });
}

function authorizationOf(credentials: NonNullable<JobrunnerClientOptions['credentials']>): string {
  if ('token' in credentials) return `Bearer ${credentials.token}`;
  const bytes = new TextEncoder().encode(`${credentials.name}:${credentials.password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}
