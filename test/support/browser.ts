import { request } from 'undici';

/** An answer, as a browser sees it. */
export interface Page {
  readonly url: URL;
  readonly status: number;
  /** Where it leads on; undefined: nowhere. */
  readonly location: URL | undefined;
  readonly setCookies: readonly string[];
  readonly body: string;
}

/**
 * Keeps cookies as a browser does: by origin and path. It follows no redirect by itself, and each request has a connection
 * of its own, so that the processes of a server take turns.
 */
export interface TestBrowser {
  readonly get: (url: string | URL) => Promise<Page>;
  readonly post: (url: string | URL, form: Readonly<Record<string, string>>) => Promise<Page>;
  /** The header `Cookie` for a URL. */
  readonly cookiesFor: (url: string | URL) => string;
  /** As if the server of the URL had set it, for every path. */
  readonly setCookie: (url: string | URL, name: string, value: string) => void;
}

interface StoredCookie {
  readonly origin: string;
  readonly path: string;
  readonly name: string;
  readonly value: string;
}

export function createBrowser(): TestBrowser {
  let cookies: StoredCookie[] = [];

  function store(added: StoredCookie, isGone: boolean): void {
    cookies = cookies.filter(
      ({ origin, path, name }) => origin !== added.origin || path !== added.path || name !== added.name,
    );
    if (!isGone) cookies.push(added);
  }

  function cookiesFor(url: string | URL): string {
    const { origin, pathname } = new URL(url);
    const sent = cookies.filter((cookie) => cookie.origin === origin && pathname.startsWith(cookie.path));
    return sent.map(({ name, value }) => `${name}=${value}`).join('; ');
  }

  async function send(target: string | URL, form?: Readonly<Record<string, string>>): Promise<Page> {
    const url = new URL(target);
    const { statusCode, headers, body } = await request(url, {
      method: form ? 'POST' : 'GET',
      reset: true,
      headers: {
        cookie: cookiesFor(url),
        accept: 'text/html',
        ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      body: form ? new URLSearchParams(form).toString() : null,
    });
    const setCookies = [headers['set-cookie'] ?? []].flat();
    for (const header of setCookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(header) ?? [];
      const path = /;\s*path=([^;]+)/i.exec(header)?.[1] ?? '/';
      const isGone = /;\s*max-age=0\b|;\s*expires=Thu, 01 Jan 1970/i.test(header);
      store({ origin: url.origin, path, name, value }, isGone);
    }
    const location = [headers['location'] ?? []].flat()[0];
    return {
      url,
      status: statusCode,
      location: location === undefined ? undefined : new URL(location, url),
      setCookies,
      body: await body.text(),
    };
  }

  return {
    get: (url) => send(url),
    post: send,
    cookiesFor,
    setCookie: (url, name, value) => store({ origin: new URL(url).origin, path: '/', name, value }, false),
  };
}
