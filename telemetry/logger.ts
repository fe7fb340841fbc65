import { pino, type Logger as PinoLogger } from 'pino';

/** The log of a process: one JSON object a line, with secrets left out. */
export type Logger = PinoLogger;

/**
 * Makes the log of this process.
 *
 * @param options.path file that lines are appended to; undefined: standard error
 */
export function createLogger(options: { level: string; path?: string }): Logger {
  return pino(
    {
      level: options.level,
      redact: { paths: ['req.headers.authorization', 'req.headers.cookie', '*.password', '*.token'], censor: '…' },
    },
    // Written at once: the last lines before a crash are those that matter.
    pino.destination({ dest: options.path ?? 2, sync: true }),
  );
}
