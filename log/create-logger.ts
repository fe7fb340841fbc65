import { types } from 'node:util';
import { pino, stdSerializers, type Bindings, type ChildLoggerOptions, type Logger as PinoLogger } from 'pino';

/** The log of a process: one JSON object a line, with secrets left out, and of bounded length. */
export type ProcessLogger = PinoLogger;

type MakeChild = (this: ProcessLogger, bindings: Bindings, options?: ChildLoggerOptions) => ProcessLogger;

/**
 * Makes the log of this process.
 *
 * @param options.path file that lines are appended to; undefined: standard error
 */
export function createLogger(options: { level: string; path?: string }): ProcessLogger {
  const logger: ProcessLogger = pino(
    {
      level: options.level,
      redact: { paths: ['req.headers.authorization', 'req.headers.cookie', '*.password', '*.token'], censor: '…' },
      formatters: { log: boundFields },
      // Done by the formatter, before it bounds what comes of it.
      serializers: { err: (error: unknown) => error },
      hooks: {
        logMethod(args, method) {
          const [first] = args as unknown[];
          const given: unknown[] = isError(first) ? [{ err: first }, first.message] : args;
          const bounded = given.map((arg) => (typeof arg === 'string' ? cut(arg, maxTextLength) : arg));
          method.apply(this, bounded as typeof args);
        },
      },
    },
    // Written at once: the last lines before a crash are those that matter.
    pino.destination({ dest: options.path ?? 2, sync: true }),
  );
  // No formatter of pino's sees what a child says in every line.
  const makeChild: MakeChild = Reflect.get(logger, 'child');
  const child: MakeChild = function child(bindings, childOptions) {
    return makeChild.call(this, boundFields(bindings), childOptions);
  };
  Object.assign(logger, { child });
  return logger;
}

// Clients choose what their requests name, and errors repeat it: no line may be as long as they like.
const maxTextLength = 500;
const maxLengths: Readonly<Record<string, number>> = { url: 200, path: 200, stack: 4_000 };
// Of all fields together.
const maxFieldsLength = 12_000;
const maxEntries = 50;
const maxDepth = 5;

function boundFields(fields: Record<string, unknown>): Record<string, unknown> {
  const budget = { left: maxFieldsLength };
  return boundEntries(Object.entries(fields), budget, 0);
}

interface Budget {
  left: number;
}

function boundEntries(entries: [string, unknown][], budget: Budget, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    entries
      .slice(0, maxEntries)
      .map(([name, value]) => [spend(name, maxTextLength, budget), bound(name, value, budget, depth)]),
  );
}

function bound(name: string, value: unknown, budget: Budget, depth: number): unknown {
  if (typeof value === 'string') return spend(value, maxLengths[name] ?? maxTextLength, budget);
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (budget.left <= 0 || depth >= maxDepth) return '…';
  if (isError(value)) return boundEntries(Object.entries(stdSerializers.err(value)), budget, depth + 1);
  if (value instanceof Date) return value;
  if (Array.isArray(value)) {
    return value.slice(0, maxEntries).map((entry: unknown) => bound(name, entry, budget, depth + 1));
  }
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  return boundEntries(Object.entries(value), budget, depth + 1);
}

/** Also of an error of another realm, as those are that come out of the sandbox of a workflow. */
function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

function spend(text: string, maxLength: number, budget: Budget): string {
  const shown = cut(text, Math.min(maxLength, Math.max(0, budget.left)));
  budget.left -= shown.length;
  return shown;
}

function cut(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength)}…`;
}
