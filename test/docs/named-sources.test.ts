import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { test } from 'node:test';

// What comments, names of tests and documents refer to has to be there for whoever reads them: a file of this repository,
// or a source that is published under the name by which it is cited.

const root = join(import.meta.dirname, '../..');

/** Files that are not of this repository, and why they are named. */
const foreignFiles: ReadonlyMap<string, string> = new Map([
  ['/etc/docker/daemon.json', "where a user's Docker is told of registries without TLS"],
  ['config.json', "what Docker's client has after a login, and others read as well"],
  ['Node.js', 'the runtime, as its metrics name it'],
  ['prometheus.yml', "where a user's Prometheus is told what to scrape"],
  ['/api/v0/openapi.json', 'a route, and no file'],
  ['/api/v0/docs.json', 'a route, and no file'],
  ['REGISTRY/api/v0/openapi.json', 'a route, and no file'],
  ['./webhook.ts', 'a line of workflows/index.ts, before which a new action is entered'],
  ['../activities/webhook.ts', 'a line of workers/activities.ts, before which a new action is entered'],
  ['9999_future.sql', 'a migration of a later version, which a test makes up'],
]);

/** Words by which something is cited that readers cannot find, and what to write instead. */
const unfindable: readonly { readonly words: RegExp; readonly instead: string }[] = [
  {
    // Of what, has to be said right before it, by a name under which anybody finds it.
    words:
      /(?<!\b(?:RFC \d+(?:bis)?|(?:OpenID Connect )?Core 1\.0|NIST SP [\d-]+\w|PKWARE, APPNOTE\.TXT)\W+)(?:\b(?:sections?|chapters?) |§ ?)\d/gi,
    instead: 'the rule itself, or the public source right before the number',
  },
  { words: /\b(?:issues?|PR|pull requests?) #?\d/gi, instead: 'its address' },
  { words: /\bthe (?:brief|design|handbook|issue|research)\b/gi, instead: 'the rule itself' },
  {
    words: /(?<!DTR 2\.7 API, (?:[\w.]+,? (?:and )?)*)\b(?:tmp)?(?:forms|responses)\.[A-Z]/g,
    instead: '"DTR 2.7 API, " before it, which docs/msr-api.md explains',
  },
  { words: /\([A-Z]{2,}\d{2,}[ ,]/g, instead: 'the title of what is cited' },
  { words: /(?<=^|[\s(`'"])(?:\.\.\/shared|\/(?:home|root|work))\//g, instead: 'a path of this repository' },
];

interface Text {
  readonly file: string;
  /** One comment, literal or paragraph, on one line, without addresses. */
  readonly text: string;
}

const isText = /\.(?:ts|sql|md|yml|template)$|^\.ci\/run$/;
const isSkipped = (path: string) => /^(?:node_modules|\.git|\.jobrunner|test\/replay\/histories)$/.test(path);

async function listFiles(): Promise<string[]> {
  const files: string[] = [];
  for await (const path of glob(['**/*', '.ci/*'], { cwd: root, exclude: isSkipped })) files.push(path);
  return files;
}

/** The prose of a file: of a document everything, of code its comments and its texts for people. */
function* proseOf(file: string, content: string): Generator<string> {
  if (file.endsWith('.md')) {
    for (const paragraph of content.split(/\n\s*\n/)) yield paragraph.replaceAll(/\s+/g, ' ');
    return;
  }
  let comment: string[] = [];
  for (const line of content.split('\n')) {
    const [, start] = /^\s*(?:\/\/|\/\*\*?|\*\/?|--|#)(?: (.*?))?(?: ?\*\/)?$/.exec(line) ?? [undefined];
    if (start !== undefined) {
      comment.push(start);
      continue;
    }
    if (comment.length > 0) yield comment.join(' ');
    comment = [];
    const [, behind] = /\S.* \/\/ (.*)$/.exec(line) ?? [];
    if (behind !== undefined) yield behind;
    // Messages, help, names of tests.
    for (const [literal] of line.matchAll(/'[^']* [^']*'|"[^"]* [^"]*"|`[^`]* [^`]*`/g)) {
      yield literal.replaceAll(/\$\{[^}]*\}/g, ' ');
    }
  }
  if (comment.length > 0) yield comment.join(' ');
}

const files = await listFiles();
const texts: Text[] = [];
for (const file of files.filter((path) => isText.test(path))) {
  const content = await readFile(join(root, file), 'utf8');
  for (const text of proseOf(file, content)) texts.push({ file, text: text.replaceAll(/\bhttps?:\/\/[^\s)]+/g, '') });
}

/** Whether a name, with as much of its path as is given, is that of a file. */
function isThere(name: string, from: string): boolean {
  const path = name.startsWith('.') ? posix.join(dirname(from), name) : name;
  return files.some((file) => file === path || file.endsWith(`/${path}`));
}

test('files that comments, messages and documents name are there', () => {
  const missing: string[] = [];
  const foreign = new Set<string>();
  let named = 0;
  for (const { file, text } of texts) {
    // A migration that has landed is never edited: it names files as they were called then.
    if (file.startsWith('database/migrations/')) continue;
    for (const [name] of text.matchAll(
      /(?<![\w*.<>{}/-])[\w./-]*\w\.(?:md|json|ya?ml|toml|txt|html|pdf|conf|sql|sh|m?[jt]s)\b(?!\.?\w)/g,
    )) {
      named++;
      if (foreignFiles.has(name)) foreign.add(name);
      else if (!isThere(name, file)) missing.push(`${file}: ${name}`);
    }
  }
  assert.ok(named > 200, `${named} names`);
  assert.deepEqual(missing, []);
  assert.deepEqual([...foreign].sort(), [...foreignFiles.keys()].sort(), 'exceptions that nothing needs');
});

test('what comments, messages and documents cite can be found by everybody', () => {
  const found = texts.flatMap(({ file, text }) =>
    unfindable.flatMap(({ words, instead }) =>
      [...text.matchAll(words)].map(({ index }) => `${file}: "${text.slice(index, index + 30)}": write ${instead}`),
    ),
  );
  assert.deepEqual(found, []);
});

test('chapters of documents that are cited are there', async () => {
  const missing: string[] = [];
  let cited = 0;
  for (const { file, text } of texts) {
    for (const [, page = '', chapter = ''] of text.matchAll(/\b((?:docs\/)?[\w-]+\.md), "([^"]+)"/g)) {
      cited++;
      const content = isThere(page, file) ? await readFile(join(root, page), 'utf8') : '';
      if (!content.split('\n').some((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === chapter)) {
        missing.push(`${file}: ${page}, "${chapter}"`);
      }
    }
  }
  assert.ok(cited > 5, `${cited} chapters`);
  assert.deepEqual(missing, []);
});
