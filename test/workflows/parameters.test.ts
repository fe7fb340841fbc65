import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import { defineAction } from '../../jobs/actions/action.ts';
import { actions } from '../../jobs/actions/catalogue.ts';
import { flag, maxDuration, maxPerSecond, uuid } from '../../jobs/actions/common-parameters.ts';
import { isRequired } from '../../jobs/actions/parameter.ts';
import { readParameters } from '../../workflows/shared/parameters.ts';

const action = defineAction({
  name: 'example',
  description: 'Is an example.',
  stopAdvice: 'Safe to cancel.',
  parameters: {
    dryRun: flag('only tell'),
    maxDuration,
    maxPerSecond: { ...maxPerSecond, default: 7 },
    repositoryID: uuid('a repository'),
    eventID: { ...uuid('an event'), isRequired: true },
  },
  priority: 3,
  isPausable: false,
});
const eventID = '00000000-0000-4000-8000-000000000000';

/** The failure of reading these parameters. */
function failureOf(parameters: Readonly<Record<string, string>>, of: Parameters<typeof readParameters>[0] = action) {
  try {
    readParameters(of, { parameters });
  } catch (error) {
    assert.ok(error instanceof ApplicationFailure, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: `${JSON.stringify(parameters)} was read` });
}

test('parameters are read by their declaration, and have its defaults', () => {
  const read = readParameters(action, { parameters: { eventID } });
  // What is assigned here is typed by the declaration.
  const typed: { dryRun: boolean; maxDuration: number; repositoryID: string | undefined; eventID: string } = read;
  assert.deepEqual(typed, { dryRun: false, maxDuration: 0, maxPerSecond: 7, repositoryID: undefined, eventID });
  const parameters = {
    eventID,
    dryRun: 'true',
    maxDuration: '1m30s',
    maxPerSecond: '3',
    repositoryID: eventID,
    other: 'x',
  };
  assert.deepEqual(readParameters(action, { parameters }), {
    dryRun: true,
    maxDuration: 90_000,
    maxPerSecond: 3,
    repositoryID: eventID,
    eventID,
  });
});

test('what is missing or makes no sense fails the job for good, and says what is allowed', () => {
  const missing = failureOf({});
  assert.deepEqual([missing.type, missing.nonRetryable], ['INVALID_PARAMETERS', true]);
  assert.equal(missing.message, 'parameter eventID of the job must be given, not "": submit the job again');
  for (const [name, text] of [
    ['dryRun', 'yes'],
    ['maxPerSecond', '-1'],
    ['maxDuration', 'long'],
    // It has the form, and no clock has the time.
    ['maxDuration', '999999999h999999999h'],
    ['repositoryID', 'app'],
  ] as const) {
    const { message } = failureOf({ eventID, [name]: text });
    const { allowed } = action.parameters[name];
    assert.equal(message, `parameter ${name} of the job must be ${allowed}, not "${text}": submit the job again`);
  }
});

test('every action reads its own defaults, and refuses nonsense in every parameter', () => {
  for (const each of actions) {
    const names = Object.keys(each.parameters);
    const needed = Object.entries(each.parameters).flatMap(([name, parameter]) =>
      isRequired(parameter) ? [name] : [],
    );
    const given = Object.fromEntries(needed.map((name) => [name, eventID]));
    assert.deepEqual(Object.keys(readParameters(each, { parameters: given })), names, each.name);
    for (const name of names) {
      assert.match(failureOf({ ...given, [name]: '<nonsense>' }, each).message, new RegExp(`parameter ${name} `));
    }
  }
});
