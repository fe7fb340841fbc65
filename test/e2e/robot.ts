import { expectStatus, type Client } from './client.ts';

/** What somebody signs in with. */
export interface SignInWith {
  readonly name: string;
  readonly secret: string;
}

/** Makes a robot that may pull and push in the namespace `admin`, and make repositories there. */
export async function createRobot(client: Client, name: string): Promise<SignInWith & { readonly id: string }> {
  const form = {
    name,
    namespace: 'admin',
    permissions: [{ repository: 'admin/*', actions: ['pull', 'push'] }],
    createRepositories: true,
  };
  return expectStatus(201, await client.api<SignInWith & { id: string }>('POST', '/robots', form));
}

/** Makes an access token of the administrator. */
export async function createAccessToken(client: Client): Promise<SignInWith> {
  const { token } = expectStatus(200, await client.api<{ token: string }>('POST', '/api_tokens', {}));
  return { name: 'admin', secret: token };
}
