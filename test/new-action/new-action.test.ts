import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { missing } from '../setup/tools.ts';
import { createCleanUp, type CleanUp } from '../support/clean-up.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);
// Of no use to a copy, and large or somebody's own.
const leftOut = new Set(['node_modules', '.git', '.jobrunner']);

/** A copy of this project. */
async function copyTree(t: CleanUp): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'jobrunner-test-new-action-'));
  createCleanUp(t).after(() => rm(folder, { recursive: true, force: true }));
  for (const entry of await readdir(root)) {
    if (!leftOut.has(entry)) await cp(join(root, entry), join(folder, entry), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

test(
  'npm run new-action begins an action that compiles, runs, and writes its own histories alone',
  { skip: missing('temporal', 'slapd'), timeout: 600_000 },
  async (t) => {
    const folder = await copyTree(t);
    // As in a terminal: a test of a test would otherwise report to this one.
    // The copy has workflows of its own, which those that are bundled for this run do not have.
    const { NODE_TEST_CONTEXT: _context, TEST_RUN_FOLDER: _folder, ...env } = process.env;
    const inCopy = async (file: string, ...args: readonly string[]): Promise<string> => {
      const { stdout } = await run(file, args, { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 }).catch(
        (error: Error & { stdout?: string; stderr?: string }) => {
          throw new Error(`${file} ${args.join(' ')}:\n${error.stdout}\n${error.stderr}`, { cause: error });
        },
      );
      return stdout;
    };
    const bin = (name: string): string => join(root, 'node_modules', '.bin', name);

    await t.test('a name that no action can have is refused, and one that is there already', async () => {
      await assert.rejects(inCopy(process.execPath, 'test/new-action/main.ts', 'Look-At'), /usage: npm run new-action/);
      await assert.rejects(
        inCopy(process.execPath, 'test/new-action/main.ts', 'webhook'),
        /webhook.ts is there already/,
      );
    });

    const written = (await inCopy(process.execPath, 'test/new-action/main.ts', 'look_around')).split('\n');
    const files = written.filter((line) => line.endsWith('.ts'));
    assert.ok(files.includes('workflows/look-around.ts'), written.join());

    await t.test('the compiler and the formatter take it as it is', async () => {
      await inCopy(bin('tsc'));
      await inCopy(bin('prettier'), '--check', ...files);
    });

    await t.test('its tests succeed, and those of rules that it could break', async () => {
      await inCopy(
        process.execPath,
        '--test',
        'test/workflows/look-around.test.ts',
        'test/jobs/actions/catalogue.test.ts',
        'test/workers/bundle.test.ts',
        'test/docs/rooms.test.ts',
        'test/docs/tables.test.ts',
        'test/docs/edges.test.ts',
      );
    });

    await t.test('its histories are recorded, and no others', async () => {
      const histories = join(folder, 'test/replay/histories');
      const before = await readdir(histories, { recursive: true });
      await inCopy(process.execPath, 'test/replay/record.ts');
      const added = (await readdir(histories, { recursive: true })).filter((name) => !before.includes(name));
      assert.deepEqual(
        added.filter((name) => !name.startsWith('look_around')),
        [],
      );
      for (const scenario of ['done.1', 'continued-as-new.2', 'cancelled.1', 'retried.1', 'paused-and-resumed.1']) {
        assert.ok(
          added.some((name) => name.startsWith(`look_around/${scenario}_`)),
          scenario,
        );
      }
    });

    await t.test('an entry that is forgotten does not compile, or a test names it', async () => {
      await cp(join(root, 'workflows/index.ts'), join(folder, 'workflows/index.ts'));
      await cp(join(root, 'test/e2e/action-table.ts'), join(folder, 'test/e2e/action-table.ts'));
      await cp(join(root, 'test/replay/scenarios/index.ts'), join(folder, 'test/replay/scenarios/index.ts'));
      await assert.rejects(inCopy(bin('tsc')), ({ message }: Error) => {
        for (const file of ['catalogue.test.ts', 'action-table.ts', 'scenarios/index.ts']) {
          assert.match(message, new RegExp(`${file}.*\\n?.*look_around`), message);
        }
        return true;
      });
    });
  },
);
