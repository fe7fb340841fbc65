import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

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
    const text = await readFile(join(root, path), 'utf8');
    for (const [statement, specifier = ''] of text.matchAll(/^(?:import|export)\s[^;]*?from '(\.\.?\/[^']+)';$/gm)) {
      if (statement.startsWith('import type')) continue;
      const [target = ''] = relative(root, join(root, dirname(path), specifier)).split('/');
      if (target !== room && !target.includes('.')) found.set(target, path);
    }
  }
  return found;
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
