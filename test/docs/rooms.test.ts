import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { findCircles, importsOf, readSources, root } from './imports.ts';

interface Room {
  readonly listed: ReadonlySet<string>;
  /** Whether it may import everything but what is listed, in place of nothing else. */
  readonly isOpen: boolean;
}

/** The rooms of ARCHITECTURE.md, by their names. */
async function readTable(): Promise<Map<string, Room>> {
  const page = await readFile(join(root, 'ARCHITECTURE.md'), 'utf8');
  const rooms = new Map<string, Room>();
  for (const [, names = '', mayImport = ''] of page.matchAll(
    /^\| ((?:`\w+\/`(?:, )?)+) *\|[^\n]*\| ([^|\n]+?) *\|$/gm,
  )) {
    const listed = new Set([...mayImport.matchAll(/`(\w+)`/g)].map(([, room = '']) => room));
    for (const [, name = ''] of names.matchAll(/`(\w+)\/`/g)) {
      rooms.set(name, { listed, isOpen: mayImport.startsWith('everything') });
    }
  }
  return rooms;
}

/** What the code of a room imports of other rooms, and one file that does. */
async function readImports(room: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const path of glob(`${room}/**/*.ts`, { cwd: root })) {
    for (const imported of importsOf(path, await readFile(join(root, path), 'utf8'))) {
      const [target = ''] = imported.split('/');
      if (target !== room && !target.includes('.')) found.set(target, path);
    }
  }
  return found;
}

/** Who imports whom, when each file counts as what `nameOf` makes of its path. */
async function readGraph(nameOf: (path: string) => string): Promise<Map<string, Set<string>>> {
  const graph = new Map<string, Set<string>>();
  for (const [path, text] of await readSources()) {
    const node = nameOf(path);
    const targets = graph.get(node) ?? new Set();
    graph.set(node, targets);
    for (const imported of importsOf(path, text)) {
      const target = nameOf(imported);
      if (target !== node || imported === path) targets.add(target);
    }
  }
  return graph;
}

test('ARCHITECTURE.md says which room imports which', async () => {
  const rooms = await readTable();
  for (const room of ['workflows', 'jobs', 'registry', 'api', 'server', 'test']) assert.ok(rooms.has(room), room);
  for (const [room, { listed, isOpen }] of rooms) {
    const imports = await readImports(room);
    for (const [target, path] of imports) {
      assert.equal(listed.has(target), !isOpen, `${path} imports ${target}, against the row of ${room}`);
    }
    if (isOpen) continue;
    const unused = [...listed].filter((target) => !imports.has(target));
    assert.deepEqual(unused, [], `the row of ${room} lists what it does not import`);
  }
});

test('no files import the values of each other in a circle', async () => {
  const graph = await readGraph((path) => path);
  assert.ok(graph.size > 300, `only ${graph.size} files were read`);
  assert.deepEqual(findCircles(graph), []);
});

test('no folders import the values of each other in a circle', async () => {
  const graph = await readGraph(dirname);
  assert.ok(graph.get('api/accounts')?.has('accounts/sign-in'), 'imports are not read');
  assert.deepEqual(findCircles(graph), []);
});
