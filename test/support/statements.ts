import { mock } from 'node:test';
import pg from 'pg';

/**
 * Collects the statements that this process sends to PostgreSQL while something runs, on whichever connection.
 *
 * @returns their texts, in order; those by which a listener subscribes to channels are not among them
 */
export async function collectStatements(run: () => Promise<unknown>): Promise<string[]> {
  const query = mock.method(pg.Client.prototype, 'query');
  try {
    await run();
    const statements = query.mock.calls.map(({ arguments: [statement] }) => statement as string | { text: string });
    const texts = statements.map((statement) => (typeof statement === 'string' ? statement : statement.text));
    return texts.filter((text) => !/^(UN)?LISTEN /.test(text));
  } finally {
    query.mock.restore();
  }
}

/** How many statements something sends. */
export async function countStatements(run: () => Promise<unknown>): Promise<number> {
  return (await collectStatements(run)).length;
}
