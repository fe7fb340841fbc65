import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { parseDurationMs } from '../../../config/duration.ts';
import { causedJobId, parametersSchema } from '../../../jobs/actions/action.ts';
import { actions, findAction } from '../../../jobs/actions/catalogue.ts';
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
  assert.deepEqual(Object.keys(workflows).sort(), actions.map(({ name }) => name).sort());
});

test('parameters are valid JSON Schema, and their defaults valid values', () => {
  for (const action of actions) {
    const { name, parameters, requiredParameters } = action;
    // "default" and "description" are JSON Schema; anything else unknown is a mistake.
    const ajv = new Ajv({ strict: true });
    ajv.addVocabulary(['allowed']);
    const validate = ajv.compile(parametersSchema(action));
    const defaults = Object.entries(parameters).flatMap(([key, { default: value }]) =>
      value === undefined ? [] : [[key, value] as const],
    );
    validate(Object.fromEntries(defaults));
    const wrong = (validate.errors ?? []).filter(({ keyword }) => keyword !== 'required');
    assert.deepEqual(wrong, [], name);
    for (const required of requiredParameters) {
      assert.ok(parameters[required], `${name}: ${required} is required, and described`);
      assert.equal(parameters[required].default, undefined, `${name}: ${required} is required, so it has no default`);
    }
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

test('the id of a job that the registry causes is that of its cause', () => {
  const webhook = findAction('webhook');
  assert.ok(webhook);
  assert.equal(causedJobId(webhook, { eventID: 'e', webhookID: 'w', type: 'TAG_PUSH' }), 'webhook:e:w');
  assert.throws(() => causedJobId(webhook, { eventID: 'e' }), /webhook has its id from webhookID/);
});
