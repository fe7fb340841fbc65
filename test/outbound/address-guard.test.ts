import assert from 'node:assert/strict';
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';
import { createAddressGuard, RefusedAddressError } from '../../outbound/address-guard.ts';

const strict = createAddressGuard({ allowPrivate: false });
const lenient = createAddressGuard({ allowPrivate: true });

const loopback = [
  'http://127.0.0.1/',
  'http://127.1/',
  'http://127.255.255.254/',
  'http://2130706433/',
  'http://0x7f000001/',
  'http://0x7f.1/',
  'http://017700000001/',
  'http://0177.0.0.1/',
  'http://127.0.0.1./',
  'http://127。0。0。1/',
  'http://[::1]/',
  'http://[0:0:0:0:0:0:0:1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:7f00:1]/',
];
const privateNetworks = [
  'http://10.0.0.1/',
  'http://167772161/',
  'http://100.64.0.1/',
  'http://172.16.0.1/',
  'http://172.31.255.255/',
  'http://192.168.0.1/',
  'http://192.0.0.8/',
  'http://198.18.0.1/',
  'http://[::ffff:192.168.0.1]/',
  'http://[fc00::1]/',
  'http://[fd12:3456::1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[2002:7f00:1::]/',
  'http://[2001:0:7f00:1::]/',
];
const never = [
  'http://169.254.169.254/latest/meta-data/',
  'http://2852039166/',
  'http://0xa9fea9fe/',
  'http://0251.0376.0251.0376/',
  'http://[::ffff:169.254.169.254]/',
  'http://[::ffff:a9fe:a9fe]/',
  'http://[64:ff9b::a9fe:a9fe]/',
  'http://[2002:a9fe:a9fe::]/',
  'http://[fd00:ec2::254]/',
  'http://100.100.100.200/',
  'http://169.254.0.1/',
  'http://0.0.0.0/',
  'http://0/',
  'http://[::]/',
  'http://[fe80::1]/',
  'http://224.0.0.1/',
  'http://255.255.255.255/',
  'http://[ff02::1]/',
];
const allowed = ['http://192.0.2.1/', 'https://8.8.8.8/', 'http://172.32.0.1/', 'http://[2606:4700::1111]/'];

test('loopback and private addresses are refused in every spelling, unless they are allowed', async () => {
  for (const url of [...loopback, ...privateNetworks]) {
    await assert.rejects(strict.assertAllowed(new URL(url)), RefusedAddressError, url);
    await lenient.assertAllowed(new URL(url));
  }
});

test('metadata services, link-local and multicast addresses are refused even where private ones are allowed', async () => {
  for (const url of never) {
    await assert.rejects(strict.assertAllowed(new URL(url)), RefusedAddressError, url);
    await assert.rejects(lenient.assertAllowed(new URL(url)), RefusedAddressError, url);
  }
});

test('public addresses are allowed', async () => {
  for (const url of allowed) await strict.assertAllowed(new URL(url));
});

test('a name is judged by what it resolves to', async () => {
  await assert.rejects(strict.assertAllowed(new URL('http://localhost:8080/hook')), {
    name: 'RefusedAddressError',
    message:
      /^localhost resolves to (127\.0\.0\.1|::1), which is a loopback or private address \(OUTBOUND_ALLOW_PRIVATE/,
  });
  await lenient.assertAllowed(new URL('http://localhost/'));
});

test('a name that does not resolve is refused', async () => {
  await assert.rejects(lenient.assertAllowed(new URL('http://no-such-host.invalid/')), {
    name: 'RefusedAddressError',
    message: /^no-such-host\.invalid cannot be resolved: /,
  });
});

test('a socket asks the guard again, so a name that changed its address since the check does not get through', async () => {
  const socket = connect({ host: 'localhost', port: 9, lookup: strict.lookup });
  const [error] = (await once(socket, 'error')) as [Error];
  assert.ok(error instanceof RefusedAddressError, error.message);
});

test('the lookup answers as the one of Node does, for one address and for all', async () => {
  const all = await lookup('localhost', { all: true });
  const answers = await new Promise((resolve, reject) => {
    lenient.lookup('localhost', { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)));
  });
  assert.deepEqual(answers, all);
  const single = await new Promise((resolve, reject) => {
    lenient.lookup('localhost', {}, (error, address, family) => (error ? reject(error) : resolve([address, family])));
  });
  assert.deepEqual(single, [all[0]?.address, all[0]?.family]);
});
