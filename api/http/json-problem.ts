import { shorten } from './error-text.ts';

/** What may come next, in words for people. */
type Expected =
  | 'a value'
  | 'a value or "]"'
  | 'a name in quotes or "}"'
  | 'a name in quotes'
  | '":"'
  | '"," or "}"'
  | '"," or "]"'
  | 'the end';

interface Problem {
  readonly index: number;
  readonly expected: string;
}

const excerptLength = 20;

/**
 * Says where a text stops being JSON (RFC 8259), in line and column, and what should be there.
 *
 * @returns undefined where it is JSON
 */
export function describeJsonProblem(text: string): string | undefined {
  const problem = findProblem(text);
  if (!problem) return undefined;
  const { index, expected } = problem;
  const before = text.slice(0, index);
  const line = before.split('\n').length;
  const column = index - before.lastIndexOf('\n');
  const where = `line ${line}, column ${column}`;
  if (index >= text.length) return `it ends at ${where}, where ${expected} is missing`;
  const excerpt = text.slice(Math.max(0, index - excerptLength), index + excerptLength).replaceAll(/\s+/g, ' ');
  return `at ${where} it needs ${expected}, near ${shorten(excerpt.trim())}`;
}

/** Reads the text once, without a stack that its depth could exhaust. */
function findProblem(text: string): Problem | undefined {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'a value';
  // As parsers do, one mark of the byte order is passed over.
  let index = text.startsWith('\u{feff}') ? 1 : 0;
  const afterValue = (): Expected => {
    const container = open.at(-1);
    if (container === undefined) return 'the end';
    return container === '{' ? '"," or "}"' : '"," or "]"';
  };
  for (;;) {
    while (' \t\n\r'.includes(text[index] ?? '-')) index++;
    const character = text[index];
    if (character === undefined) return expected === 'the end' ? undefined : { index, expected };
    const wrong = { index, expected };
    if (character === '"' && (expected.startsWith('a value') || expected.startsWith('a name'))) {
      const end = endOfString(text, index);
      if (typeof end !== 'number') return end;
      index = end;
      expected = expected.startsWith('a name') ? '":"' : afterValue();
    } else if (expected.startsWith('a value') && (character === '{' || character === '[')) {
      open.push(character);
      expected = character === '{' ? 'a name in quotes or "}"' : 'a value or "]"';
      index++;
    } else if (expected.endsWith(`"${character}"`) && (character === '}' || character === ']')) {
      open.pop();
      expected = afterValue();
      index++;
    } else if (character === ',' && expected.startsWith('","')) {
      expected = open.at(-1) === '{' ? 'a name in quotes' : 'a value';
      index++;
    } else if (character === ':' && expected === '":"') {
      expected = 'a value';
      index++;
    } else if (expected.startsWith('a value')) {
      literal.lastIndex = index;
      const [found] = literal.exec(text) ?? [];
      if (found === undefined) return wrong;
      index += found.length;
      expected = afterValue();
    } else {
      return wrong;
    }
  }
}

const literal = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** Where a string ends that begins at an index, or what is wrong in it. */
function endOfString(text: string, start: number): number | Problem {
  for (let index = start + 1; index < text.length; index++) {
    const character = text[index] ?? '';
    if (character === '"') return index + 1;
    if (character === '\\') {
      escape.lastIndex = index;
      const [found] = escape.exec(text) ?? [];
      if (found === undefined) return { index, expected: String.raw`an escape such as \n or \u0041` };
      index += found.length - 1;
    } else if (character < ' ') {
      return { index, expected: String.raw`a quote, or an escape such as \n in place of a control character` };
    }
  }
  return { index: text.length, expected: 'a quote' };
}
