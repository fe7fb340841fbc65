import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { parseDurationMs } from '../../../config/duration.ts';
import { parametersSchema } from '../../../jobs/actions/parameter.ts';
import { actions, findAction, type ActionName } from '../../../jobs/actions/catalogue.ts';
import { parseCronSchedule } from '../../../jobs/crons/cron-schedule.ts';
import * as workflows from '../../../workflows/index.ts';

test('names and aliases are all different, and find their action', () => {
  const names = actions.flatMap(({ name, aliases }) => [name, ...aliases]);
  assert.equal(new Set(names).size, names.length);
  for (const action of actions) {
    for (const name of [action.name, ...action.aliases]) assert.equal(findAction(name), action);
  }
  assert.equal(findAction('toString'), undefined);
});

test('every action has a workflow of its name, and every workflow an action', () => {
  // An action without one does not compile here.
  const registered: Record<ActionName, unknown> = workflows;
  assert.deepEqual(Object.keys(registered).sort(), actions.map(({ name }) => name).sort());
});

test('parameters are valid JSON Schema, and their defaults valid values', () => {
  for (const action of actions) {
    const { name, parameters } = action;
    // "default" and "description" are JSON Schema; anything else unknown is a mistake.
    const ajv = new Ajv({ strict: true });
    ajv.addVocabulary(['allowed']);
    const validate = ajv.compile(parametersSchema(action));
    const defaults = Object.entries(parameters).flatMap(([key, parameter]) =>
      'default' in parameter ? [[key, String(parameter.default)] as const] : [],
    );
    validate(Object.fromEntries(defaults));
    const wrong = (validate.errors ?? []).filter(({ keyword }) => keyword !== 'required');
    assert.deepEqual(wrong, [], name);
  }
});

test('every action is described to people in whole sentences', () => {
  for (const { name, description, stopAdvice } of actions) {
    for (const sentence of [description, stopAdvice]) assert.match(sentence, /^[A-Z].+\.$/, name);
  }
});

test('whatever an action is started with by default is valid', () => {
  for (const { name, deadline, stopTimeout, defaultCron, startedBy, idParameters, parameters } of actions) {
    for (const duration of [deadline, stopTimeout]) {
      if (duration !== '') assert.ok(parseDurationMs(duration), `${name}: ${duration}`);
    }
    if (defaultCron !== undefined) {
      assert.doesNotThrow(() => parseCronSchedule(defaultCron), name);
      assert.ok(startedBy.includes('schedule'), `${name} has a default cron, so a cron may start it`);
    }
    for (const parameter of idParameters) assert.ok(parameters[parameter], `${name}: ${parameter} is described`);
  }
});
