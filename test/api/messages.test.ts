import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeJsonProblem } from '../../api/http/json-problem.ts';
import { nearestName } from '../../api/http/nearest-name.ts';
import { type ApiRequest, startApi } from './test-api.ts';

type Case = readonly [string, ApiRequest | undefined, string, string];

const job = (fields: object): ApiRequest => ({ body: { action: 'sleep', ...fields } });
const jobs = 'POST /api/v0/jobs';
const id = '00000000-0000-4000-8000-000000000000';

// What a person reads who made one mistake: what is wrong, where, and what would be right.
const cases: readonly Case[] = [
  [jobs, job({ retries: 'x' }), '400 INVALID_JSON', 'body.retries must be a whole number from 0 to 100, and is "x"'],
  [jobs, job({ retries: 1.5 }), '400 INVALID_JSON', 'body.retries must be a whole number from 0 to 100, and is 1.5'],
  [jobs, job({ retries: 101 }), '400 INVALID_JSON', 'body.retries must be a whole number from 0 to 100, and is 101'],
  [jobs, { body: {} }, '400 INVALID_JSON', '"action" is missing in body'],
  [jobs, { body: { acton: 'sleep' } }, '400 INVALID_JSON', '"acton" is not known in body: did you mean "action"?'],
  [jobs, job({ Retires: 1 }), '400 INVALID_JSON', '"Retires" is not known in body: did you mean "retries"?'],
  [
    jobs,
    job({ nonsense: 1 }),
    '400 INVALID_JSON',
    '"nonsense" is not known in body: known are action, parameters, capacityMap, retries, deadline, stopTimeout, scheduledAt, priority, paused and pausing',
  ],
  [jobs, undefined, '400 INVALID_JSON', 'body must be an object, and is missing or null'],
  [jobs, { body: [] }, '400 INVALID_JSON', 'body must be an object, and is a list'],
  [jobs, job({ parameters: ['5'] }), '400 INVALID_JSON', 'body.parameters must be an object or null, and is a list'],
  [jobs, job({ parameters: { seconds: 5 } }), '400 INVALID_JSON', 'body.parameters.seconds must be a text, and is 5'],
  [
    jobs,
    job({ parameters: { seconds: 'x' } }),
    '400 INVALID_PARAMETERS',
    'parameters of sleep.seconds is "x": it must be a whole number from 0 to 999999',
  ],
  [
    jobs,
    job({ parameters: { secnds: '1' } }),
    '400 INVALID_PARAMETERS',
    '"secnds" is not known in parameters of sleep: did you mean "seconds"?',
  ],
  [jobs, { body: { action: 'webhook' } }, '400 INVALID_PARAMETERS', '"eventID" is missing in parameters of webhook'],
  [
    jobs,
    job({ capacityMap: { 'a b': 1 } }),
    '400 INVALID_JSON',
    '"a b" cannot be a name in body.capacityMap: use 1 to 64 letters, digits, "_", "." and "-"',
  ],
  [
    jobs,
    job({ deadline: 'x'.repeat(41) }),
    '400 INVALID_JSON',
    'body.deadline has 41 characters, and 40 characters at most are taken',
  ],
  [
    'POST /api/v0/repositories/acme',
    { body: { name: 'app', visibility: 'pubic' } },
    '400 INVALID_JSON',
    'body.visibility must be public or private, and is "pubic": did you mean "public"?',
  ],
  [
    'PATCH /api/v0/jobs/none',
    { body: { priority: 9 } },
    '400 INVALID_JSON',
    'body.priority must be 1, 2, 3, 4 or 5, and is 9',
  ],
  [
    'POST /api/v0/robots',
    { body: { name: 'ci', permissions: [{ repository: 'a/b', actions: ['pull', 'pull'] }] } },
    '400 INVALID_JSON',
    'body.permissions[0].actions says the same twice: item 0 and item 1 are alike',
  ],
  [
    'POST /api/v0/robots',
    { body: { name: 'ci', permissions: [] } },
    '400 INVALID_JSON',
    'body.permissions must have at least 1 item',
  ],
  ['POST /api/v0/robots', { body: { name: '', permissions: [] } }, '400 INVALID_JSON', 'body.name must not be empty'],
  [
    'GET /api/v0/repositories?pagesize=5',
    undefined,
    '400 INVALID_PARAMETERS',
    '"pagesize" is not known in query: did you mean "pageSize"?',
  ],
  [
    'GET /api/v0/repositories?pageSize=many',
    undefined,
    '400 INVALID_PARAMETERS',
    'query.pageSize must be a whole number from 1 to 1000, and is "many"',
  ],
  [
    'GET /api/v0/repositories?pageStart=x',
    undefined,
    '400 INVALID_PARAMETERS',
    'query.pageStart is "x": it must be the id that the header X-Next-Page-Start of the page before gave',
  ],
  [
    'PATCH /api/v0/queues/sleep',
    { body: { maxRunning: 'x' } },
    '400 INVALID_JSON',
    'body.maxRunning must be a whole number from 1 to 1000000 or null, and is "x"',
  ],
  ['POST /api/v0/jobs/none/pause', { body: { note: 5 } }, '400 INVALID_JSON', 'body.note must be a text, and is 5'],
  [
    'POST /enzi/v0/accounts/ada/changePassword',
    { body: { newPassword: 'short' } },
    '400 INVALID_JSON',
    'body.newPassword must have at least 8 characters',
  ],
  [
    jobs,
    { rawBody: '{"action": sleep}' },
    '400 INVALID_JSON',
    'the body is not JSON that can be read: at line 1, column 12 it needs a value, near {"action": sleep}',
  ],
  [
    jobs,
    { rawBody: '{"__proto__": {}}' },
    '400 INVALID_JSON',
    'the body is not JSON that can be read: names such as __proto__ and constructor.prototype are not taken in it',
  ],
  [
    jobs,
    { rawBody: 'a=b', headers: { 'content-type': 'text/plain' } },
    '415 UNSUPPORTED_MEDIA_TYPE',
    'Content-Type is "text/plain": send application/json',
  ],
  [
    'POST /auth/token',
    { body: {} },
    '415 UNSUPPORTED',
    'Content-Type is "application/json": send application/x-www-form-urlencoded',
  ],
  [
    jobs,
    { rawBody: 'x'.repeat(1024 * 1024 + 1) },
    '413 REQUEST_TOO_LARGE',
    'the body is larger than 1024 KiB, which is the most that POST /api/v0/jobs takes',
  ],
  [
    'POST /auth/token',
    { rawBody: 'x'.repeat(65_537), headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    '413 UNSUPPORTED',
    'the body is larger than 64 KiB, which is the most that POST /auth/token takes',
  ],
  [
    'GET /api/v0/jobs/%zz',
    undefined,
    '400 INVALID_PARAMETERS',
    'the path cannot be decoded: in it "%" begins the two hex digits of a byte, and bytes make up UTF-8',
  ],
  [
    'GET /api/v0/actions/slep',
    undefined,
    '400 NO_SUCH_ACTION',
    /^there is no action "slep": did you mean "sleep"\?; the actions are /.source,
  ],
  [
    `GET /api/v0/jobs/${id}`,
    undefined,
    '404 NO_SUCH_JOB',
    `there is no job "${id}": GET /api/v0/jobs lists those that are kept`,
  ],
];

test('a message says what is wrong, where, and what would be right', { timeout: 120_000 }, async (t) => {
  const api = await startApi(t);
  for (const [asked, request, outcome, message] of cases) {
    const [method = '', path = ''] = asked.split(' ');
    const response = await api.send(method, path, request);
    const shown = { outcome: response.outcome, message: response.message };
    if (message.startsWith('^')) assert.match(response.message, new RegExp(message));
    else assert.deepEqual(shown, { outcome, message }, asked);
    assert.doesNotMatch(response.message, /must match|anyOf|pattern|\^|\[0-9\]/, 'words, not regular expressions');
  }
});

test('the place of a mistake in JSON', () => {
  const places: readonly (readonly [string, string])[] = [
    ['', 'it ends at line 1, column 1, where a value is missing'],
    ['{"a": 1', 'it ends at line 1, column 8, where "," or "}" is missing'],
    ['{"a": 1,}', 'at line 1, column 9 it needs a name in quotes, near {"a": 1,}'],
    ['[1, 2,]', 'at line 1, column 7 it needs a value, near [1, 2,]'],
    ['{"a" 1}', 'at line 1, column 6 it needs ":", near {"a" 1}'],
    ["{'a': 1}", 'at line 1, column 2 it needs a name in quotes or "}", near {\'a\': 1}'],
    ['{\n  "a": 1\n  "b": 2\n}', 'at line 3, column 3 it needs "," or "}", near { "a": 1 "b": 2 }'],
    ['[1 2]', 'at line 1, column 4 it needs "," or "]", near [1 2]'],
    ['[1}', 'at line 1, column 3 it needs "," or "]", near [1}'],
    ['{} {}', 'at line 1, column 4 it needs the end, near {} {}'],
    ['01', 'at line 1, column 2 it needs the end, near 01'],
    ['nul', 'at line 1, column 1 it needs a value, near nul'],
    ['"abc', 'it ends at line 1, column 5, where a quote is missing'],
    [String.raw`"\x"`, String.raw`at line 1, column 2 it needs an escape such as \n or \u0041, near "\x"`],
    [
      '"a\nb"',
      String.raw`at line 1, column 3 it needs a quote, or an escape such as \n in place of a control character, near "a b"`,
    ],
  ];
  for (const [text, expected] of places) assert.equal(describeJsonProblem(text), expected, text);
});

test('what JSON.parse takes has no mistake, and what it refuses has one', () => {
  const texts = [
    '{}',
    '[]',
    ' null ',
    '-0',
    '1e5',
    '1.',
    '.5',
    '+1',
    '-',
    '1e',
    '"\\u00e9"',
    '"\\u00g9"',
    '[[]]',
    '[[]',
    '{"a":{}}',
    '{"a"}',
    '{a:1}',
    '{"a":1,"b":[true,false,null]}',
    '[,]',
    '{,}',
    '[1,,2]',
    'true false',
    '\u00a01',
    '"\u0001"',
    '{"a":1]',
    '\t\n\r 1',
    'NaN',
    '"\\',
    '"\\u12',
  ];
  const random = ['{', '}', '[', ']', ',', ':', '"a"', '1', 'null', ' '];
  for (let index = 0; index < 20_000; index++) {
    let rest = index * 7_919;
    let text = '';
    for (let length = 0; length < 1 + (index % 7); length++) {
      text += random[rest % random.length] ?? '';
      rest = Math.floor(rest / random.length);
    }
    texts.push(text);
  }
  for (const text of texts) assert.equal(describeJsonProblem(text) === undefined, isJson(text), JSON.stringify(text));
  const deep = '['.repeat(500_000);
  const startedMs = performance.now();
  assert.match(describeJsonProblem(deep) ?? '', /^it ends at line 1, column 500001/);
  assert.ok(performance.now() - startedMs < 1_000);
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('which name is near to a misspelled one', () => {
  const names = ['action', 'parameters', 'retries', 'pageSize', 'deadline'];
  const near: Readonly<Record<string, string | undefined>> = {
    acton: 'action',
    actoin: 'action',
    ACTION: 'action',
    paramters: 'parameters',
    retires: 'retries',
    pagesize: 'pageSize',
    page_size: 'pageSize',
    x: undefined,
    nonsense: undefined,
    '': undefined,
    ['action'.repeat(100)]: undefined,
  };
  for (const [text, expected] of Object.entries(near)) assert.equal(nearestName(text, names), expected, text);
});
