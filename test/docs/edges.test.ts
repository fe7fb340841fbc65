import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSources, withoutComments } from './imports.ts';

/** Where HTTP is known: who answers it, and who sends it. */
const edges = ['api/', 'registry/http/', 'server/', 'outbound/'];

/** What else has to do with HTTP, and why. */
const excused: ReadonlyMap<string, string> = new Map([
  ['activities/analytics.ts', 'reads what the receiver of a report has answered'],
  ['activities/webhook.ts', 'reads what a receiver has answered, and says so in the log of the job'],
  ['registry/store/s3-client.ts', 'reads what an S3 server has answered'],
]);

/** What only who knows HTTP writes. */
const signs: readonly RegExp[] = [
  // Types as well: whoever takes a request or a reply cannot do without one.
  /from '(?:fastify|@fastify\/(?!type-provider-typebox)[\w-]+|node:https?|node:http2|undici)'/,
  /\b(?:status|statusCode|httpStatusCode)\b *(?::|[=!]==|[<>]=?|\() *[1-5]\d\d\b/,
  /\.(?:code|status|writeHead)\( *[1-5]\d\d\b/,
  /\b(?:statusCode|httpStatusCode|writeHead)\b/,
  /\breply\b *[.(]/,
];

function findSigns(text: string): string[] {
  const code = withoutComments(text);
  return signs.flatMap((sign) => sign.exec(code)?.[0] ?? []);
}

test('no status, request or reply of HTTP is known below the edges', async () => {
  const found = new Map<string, string[]>();
  for (const [path, text] of await readSources()) {
    const shown = edges.some((edge) => path.startsWith(edge)) ? [] : findSigns(text);
    if (shown.length > 0) found.set(path, shown);
  }
  for (const [path, shown] of found) {
    assert.ok(excused.has(path), `${path} knows HTTP: ${shown.join(', ')}; throw an error of the domain instead`);
  }
  for (const path of excused.keys()) assert.ok(found.has(path), `${path} needs no excuse any more`);
});

test('the signs of HTTP are recognized', () => {
  for (const line of [
    `import type { FastifyRequest } from 'fastify';`,
    `import { createServer } from 'node:http';`,
    'throw Object.assign(new Error(), { status: 404 });',
    'if (answer.status === 404) return;',
    'return reply.code(204).send();',
    'response.writeHead(200);',
    'response.statusCode = 200;',
  ]) {
    assert.notDeepEqual(findSigns(line), [], line);
  }
  for (const line of ['if (row.status === "done") return;', '// answers with status: 404', 'error.code(1)']) {
    assert.deepEqual(findSigns(line), [], line);
  }
});
