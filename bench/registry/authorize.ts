export interface Credentials {
  readonly user: string;
  readonly password: string;
}

const timeoutMs = 30_000;

/**
 * Makes the way to sign in to a registry, as it asks for it itself: not at all, by password, or by a token (Docker token
 * specification, "How to authenticate").
 *
 * @param baseUrl without a slash at the end
 * @returns a function from a scope to the header line to send, ended by CRLF, or to nothing; it throws Error where the
 *   registry asks for a password and there is none, and where it refuses
 */
export function createAuthorizer(
  baseUrl: string,
  credentials: Credentials | undefined,
): (scope: string) => Promise<string> {
  const basic = credentials && `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`;
  return async (scope) => {
    const asked = await fetch(`${baseUrl}/v2/`, { signal: AbortSignal.timeout(timeoutMs) });
    await asked.body?.cancel();
    if (asked.status === 200) return '';
    const challenge = asked.headers.get('www-authenticate') ?? '';
    if (/^basic/i.test(challenge) && basic) return `Authorization: ${basic}\r\n`;
    const realm = /realm="([^"]+)"/.exec(challenge)?.[1];
    if (!/^bearer/i.test(challenge) || realm === undefined) {
      throw new Error(
        `${baseUrl}/v2/ answers ${asked.status} "${challenge}": name a registry as name=http://user:password@host:port`,
      );
    }
    const url = new URL(realm);
    const service = /service="([^"]+)"/.exec(challenge)?.[1];
    if (service !== undefined) url.searchParams.set('service', service);
    url.searchParams.set('scope', scope);
    const response = await fetch(url, {
      headers: basic === undefined ? {} : { authorization: basic },
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    if (response.status !== 200)
      throw new Error(`${url.origin} gives no token: ${response.status} ${text.slice(0, 200)}`);
    const body = JSON.parse(text) as { token?: string; access_token?: string };
    const token = body.token ?? body.access_token;
    if (token === undefined) throw new Error(`${url.origin} gives an answer without a token`);
    return `Authorization: Bearer ${token}\r\n`;
  };
}
