// Begins a new job action: writes its declaration, workflow, activities, test and scenarios of replay, and enters it where
// actions are entered. Usage: npm run new-action NAME
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { entries } from './entries.ts';
import { newFiles, type ActionNames } from './templates.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

function namesOf(action: string): ActionNames {
  const file = action.replaceAll('_', '-');
  const camel = action.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return { action, file, camel, pascal: camel.charAt(0).toUpperCase() + camel.slice(1) };
}

/** @throws Error, with nothing written */
async function prepare(names: ActionNames): Promise<Map<string, string>> {
  const files = new Map(newFiles(names));
  for (const path of files.keys()) if (existsSync(join(root, path))) throw new Error(`${path} is there already`);
  for (const { path, line, before } of entries(names)) {
    const text = files.get(path) ?? (await readFile(join(root, path), 'utf8'));
    const [head, tail, ...more] = text.split(before);
    if (head === undefined || tail === undefined || more.length > 0) {
      throw new Error(`${path} must have this once: ${before.trim()}`);
    }
    files.set(path, `${head}${line}\n${before}${tail}`);
  }
  return files;
}

const [name = ''] = process.argv.slice(2);
if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name)) {
  console.error(
    'usage: npm run new-action NAME, where NAME is of lowercase letters, digits and "_", such as tag_prune',
  );
  process.exit(2);
}
for (const [path, text] of await prepare(namesOf(name))) {
  await writeFile(join(root, path), text);
  console.log(path);
}
console.log('\nNow make it do its work, and then: npm run format, npm run docs, npm run record-histories');
