import type { ApiInstance } from '../api/http/instance.ts';

const config = { access: 'anonymous' } as const;

interface Place {
  readonly name: string;
  readonly path: string;
  readonly what: string;
}

const places: readonly Place[] = [
  { name: 'Registry', path: '/v2/', what: 'for Docker and every OCI client' },
  { name: 'API', path: '/api/v0/', what: 'repositories, jobs, crons, webhooks, settings' },
  { name: 'Accounts', path: '/enzi/v0/accounts', what: 'users, organizations, teams' },
  { name: 'Tokens', path: '/auth/token', what: 'what clients of the registry sign in by' },
  { name: 'Health', path: '/health', what: 'whether it can work' },
];

/** `GET /`: tells a person who has come by where things are, as a page or as text, as `Accept` says. */
export function frontPage(app: ApiInstance, { publicUrl }: { readonly publicUrl: string }): void {
  const { host } = new URL(publicUrl);
  const shownUrl = publicUrl.replaceAll(/["&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
  const signIn = `docker login ${host}`;
  const text = [
    'Jobrunner, a container registry',
    '',
    ...places.map(({ name, path, what }) => `  ${name.padEnd(10)} ${publicUrl}${path}   ${what}`),
    '',
    `Sign in with: ${signIn}`,
    '',
  ].join('\n');
  const rows = places.map(
    ({ name, path, what }) => `<dt><a href="${path}">${name}</a></dt><dd>${shownUrl}${path}: ${what}</dd>`,
  );
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Jobrunner</title>
<h1>Jobrunner, a container registry</h1>
<dl>
${rows.join('\n')}
</dl>
<p>Sign in with: <code>${signIn}</code></p>
</html>
`;

  app.get('/', { config }, async ({ headers }, reply) => {
    void reply.header('vary', 'Accept');
    const isPage = headers.accept?.includes('text/html') ?? false;
    return isPage
      ? reply.type('text/html; charset=utf-8').send(html)
      : reply.type('text/plain; charset=utf-8').send(text);
  });
}
