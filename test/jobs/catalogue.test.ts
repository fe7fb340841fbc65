import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { actions, findAction } from '../../jobs/catalogue.ts';
import * as workflows from '../../workflows/index.ts';

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
  for (const { name, parameters, requiredParameters } of actions) {
    // "default" and "description" are JSON Schema; anything else unknown is a mistake.
    const ajv = new Ajv({ strict: true });
    const validate = ajv.compile({
      type: 'object',
      properties: parameters,
      required: requiredParameters,
      additionalProperties: false,
    });
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
