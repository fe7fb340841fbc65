import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { freePort } from '../../local/ports.ts';
import { isOnPath, run } from '../../local/process.ts';
import { missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { eventually } from './eventually.ts';
import { startJobrunner, startProcess } from './jobrunner-process.ts';

const timeoutMs = 60_000;
const skip = missing('temporal') || (!(await isOnPath('jq')) && 'jq is missing');

/** The commands of a section: what is indented by four spaces, one a line. */
async function commandsOf(heading: string): Promise<string[]> {
  const page = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`));
  assert.ok(section, heading);
  return [...section.matchAll(/^ {4}(\S.*)$/gm)].map(([, command = '']) => command);
}

test('the commands of README.md about the API work as they are written', { skip, timeout: 300_000 }, async (t) => {
  const cleanUp = createCleanUp(t);
  const jobrunner = await startJobrunner(cleanUp, { isFirstStart: true });
  const { client, port, password } = jobrunner;
  const receiverPort = await freePort();
  const filled = (await commandsOf('Use the API')).map((command) =>
    command
      .replaceAll('PASSWORD', password)
      .replaceAll('localhost:8080', `localhost:${port}`)
      .replaceAll('9000', String(receiverPort)),
  );
  const isFunction = (command: string): boolean => /^\w+\(\) \{/.test(command);
  const functions = filled.filter(isFunction);
  const [receiver = '', ...commands] = filled.filter((command) => !isFunction(command));
  assert.equal(functions.length, 2);
  assert.match(receiver, /^node -e /);
  assert.equal(commands.length, 4);

  const listening = startProcess(cleanUp, 'bash', ['-c', `exec ${receiver}`], process.env);
  await eventually('the receiver to listen', async () => {
    const response = await fetch(`http://localhost:${receiverPort}/`).catch(() => undefined);
    return response?.status === 200;
  });
  const call = async (command: string): Promise<string> => {
    const script = [...functions, command].join('\n');
    const { code, stdout, stderr } = await run('bash', ['-eo', 'pipefail', '-c', script], {
      env: process.env,
      timeoutMs,
    });
    assert.deepEqual([code, stderr], [0, ''], `${command}\n${stdout}`);
    assert.doesNotMatch(stdout, /"errors"/, command);
    return stdout;
  };

  const [subscribe = '', list = '', log = '', start = ''] = commands;
  assert.match(await call(subscribe), /"endpoint":"http:\/\/localhost:\d+\/"/);
  await client.pushImage('admin/app', '1.0');
  await listening.waitForOutput(/"type":"TAG_PUSH"/, timeoutMs);
  const listed = await eventually('the job to be done', async () => {
    const job = JSON.parse(await call(list)) as { id: string; status: string };
    return job.status === 'done' && job;
  });
  assert.match(await call(log.replace('JOB_ID', listed.id)), /delivered/);
  assert.match(await call(start), /"action":"onlinegc"/);
  assert.match(await call('enzi | jq .'), /"admin"/);
});
