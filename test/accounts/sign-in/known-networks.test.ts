import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { createKnownNetworks, deleteOldNetworks } from '../../../accounts/sign-in/known-networks.ts';
import { networksOf } from '../../../accounts/sign-in/networks.ts';
import { createLogger } from '../../../log/create-logger.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { countStatements } from '../../support/statements.ts';

async function start(t: TestContext) {
  const { pool } = await createTestDatabase(t);
  await pool.query(`INSERT INTO accounts.accounts (name) VALUES ('ada'), ('bob')`);
  const open = () => createKnownNetworks(pool, createLogger({ level: 'silent' }));
  return { pool, open };
}

test('who signed in from a network is known there, at every process and after a restart', async (t) => {
  const { open } = await start(t);
  const [one, another] = [open(), open()];
  assert.equal(await one.isKnown('ada', '192.0.2.1'), false);
  one.remember('ada', '192.0.2.1');
  await one.close();
  for (const process of [one, another, open()]) {
    assert.equal(await process.isKnown('ada', '192.0.2.1'), true);
    assert.equal(await process.isKnown('bob', '192.0.2.1'), false);
    assert.equal(await process.isKnown('ada', '192.0.2.2'), false);
  }
});

test('it is written once a day, and attempts from where nobody signed in are two statements in five seconds', async (t) => {
  const { open } = await start(t);
  const networks = open();
  const written = await countStatements(async () => {
    for (let index = 0; index < 100; index++) networks.remember('ada', '192.0.2.1');
    await networks.close();
  });
  // BEGIN, the statement, COMMIT.
  assert.equal(written, 3);
  const asked = await countStatements(async () => {
    for (let index = 0; index < 100; index++) await networks.isKnown(`name-${index}`, '203.0.113.1');
  });
  assert.equal(asked, 1);
});

test('networks are forgotten after 90 days, with their account, and where there are more than a hundred', async (t) => {
  const { pool, open } = await start(t);
  const known = async (network: string) => open().isKnown('ada', network);
  const networks = open();
  networks.remember('ada', 'first');
  networks.remember('bob', 'first');
  await networks.close();
  await pool.query(`UPDATE accounts.known_networks SET seen_at = now() - interval '91 days'
    WHERE account_id = (SELECT id FROM accounts.accounts WHERE name = 'bob')`);
  assert.equal(await open().isKnown('bob', 'first'), false);
  assert.deepEqual([await deleteOldNetworks(pool, 10), await deleteOldNetworks(pool, 10)], [1, 0]);
  for (let index = 0; index < 100; index++) networks.remember('ada', `network-${index}`);
  await networks.close();
  assert.deepEqual([await known('first'), await known('network-0'), await known('network-99')], [false, true, true]);
  await pool.query(`DELETE FROM accounts.accounts WHERE name = 'ada'`);
  assert.equal((await pool.query('SELECT FROM accounts.known_networks')).rowCount, 0);
});

test('an address of IPv6 counts for its /64 and its /48, one of IPv4 for itself', () => {
  for (const [address, network, site] of [
    ['192.0.2.1', '192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1', '192.0.2.1'],
    ['2001:DB8::1', '2001:db8:0:0', '2001:db8:0'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2', '2001:db8:1'],
    ['fe80::1%eth0', 'fe80:0:0:0', 'fe80:0:0'],
    ['::1', '0:0:0:0', '0:0:0'],
    ['', '', ''],
  ] as const) {
    assert.deepEqual(networksOf(address), { network, site }, address);
  }
});
