import assert from 'node:assert/strict';
import { lookup, type LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { createAddressGuard } from '../../outbound/address-guard.ts';
import { RefusedAddressError } from '../../outbound/errors.ts';

const refusalMs = 300;
const strict = createAddressGuard({ allowPrivate: false, refusalMs });
const lenient = createAddressGuard({ allowPrivate: true, refusalMs });
const message =
  'it cannot be used: its address is not public, or cannot be resolved; OUTBOUND_ALLOW_PRIVATE=true allows private ones';

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
  'http://①②⑦.0.0.1/',
  'http://%31%32%37.0.0.1/',
  'http://[::1]/',
  'http://[0:0:0:0:0:0:0:1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[::127.0.0.1]/',
  'http://[::ffff:0:127.0.0.1]/',
];
const privateNetworks = [
  'http://10.0.0.1/',
  'http://167772161/',
  'http://100.64.0.1/',
  'http://172.16.0.1/',
  'http://172.31.255.255/',
  'http://192.168.0.1/',
  'http://192.0.0.8/',
  'http://192.0.2.1/',
  'http://198.18.0.1/',
  'http://[::ffff:192.168.0.1]/',
  'http://[fc00::1]/',
  'http://[fd12:3456::1]/',
  'http://[fec0::1]/',
  'http://[64:ff9b::7f00:1]/',
  'http://[64:ff9b:1::7f00:1]/',
  'http://[2002:7f00:1::]/',
];
const never = [
  'http://169.254.169.254/latest/meta-data/',
  'http://2852039166/',
  'http://0xa9fea9fe/',
  'http://0251.0376.0251.0376/',
  'http://[::ffff:169.254.169.254]/',
  'http://[::ffff:a9fe:a9fe]/',
  'http://[64:ff9b::a9fe:a9fe]/',
  'http://[64:ff9b:1::a9fe:a9fe]/',
  'http://[2002:a9fe:a9fe::]/',
  'http://[fd00:ec2::254]/',
  'http://100.100.100.200/',
  'http://168.63.129.16/',
  'http://169.254.0.1/',
  'http://0.0.0.0/',
  'http://0/',
  'http://[::]/',
  'http://[fe80::1]/',
  'http://224.0.0.1/',
  'http://255.255.255.255/',
  'http://[ff02::1]/',
];
const allowed = ['https://8.8.8.8/', 'http://172.32.0.1/', 'http://[2606:4700::1111]/', 'http://[64:ff9b::808:808]/'];

test('loopback and private addresses are refused in every spelling, unless they are allowed', async () => {
  for (const text of [...loopback, ...privateNetworks]) {
    const url = new URL(text);
    await assert.rejects(strict.assertAllowed(url), { name: 'RefusedAddressError', message, isLiteral: true }, text);
    assert.throws(() => strict.assertLiteralAllowed(url), RefusedAddressError, text);
    await lenient.assertAllowed(url);
    lenient.assertLiteralAllowed(url);
  }
});

test('metadata services, link-local and multicast addresses are refused even where private ones are allowed', async () => {
  for (const text of never) {
    const url = new URL(text);
    for (const guard of [strict, lenient]) {
      await assert.rejects(guard.assertAllowed(url), { name: 'RefusedAddressError', message }, text);
      assert.throws(() => guard.assertLiteralAllowed(url), RefusedAddressError, text);
    }
  }
});

test('public addresses are allowed', async () => {
  for (const url of allowed) {
    await strict.assertAllowed(new URL(url));
    strict.assertLiteralAllowed(new URL(url));
  }
});

test('a name is judged by what it resolves to', async () => {
  await assert.rejects(strict.assertAllowed(new URL('http://localhost:8080/hook')), { message, isLiteral: false });
  await lenient.assertAllowed(new URL('http://localhost/'));
  strict.assertLiteralAllowed(new URL('http://localhost/'));
});

/** A resolver of which each name has its addresses and its delay; others are not there. */
function resolving(
  names: Readonly<Record<string, { readonly addresses: readonly string[]; readonly afterMs?: number }>>,
) {
  return ((name: string, _: object, callback: (error: Error | null, found: LookupAddress[]) => void) => {
    const found = names[name];
    const answer = (): void => {
      if (found)
        callback(
          null,
          found.addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        );
      else callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }), []);
    };
    setTimeout(answer, found?.afterMs ?? 0);
  }) as typeof lookup;
}

test('why a name is refused can be told neither by the words nor by the time', async () => {
  const names = {
    'internal.example': { addresses: ['10.1.2.3'] },
    'slow.internal.example': { addresses: ['10.1.2.4'], afterMs: 150 },
    'stuck.example': { addresses: ['10.1.2.5'], afterMs: 2 * refusalMs },
    'both.example': { addresses: ['8.8.8.8', '10.1.2.6'] },
    'metadata.example': { addresses: ['169.254.169.254'] },
    'public.example': { addresses: ['8.8.8.8', '2606:4700::1111'] },
  };
  const guard = createAddressGuard({ allowPrivate: false, refusalMs, resolve: resolving(names) });
  const refuse = async (host: string) => {
    const startedMs = performance.now();
    const error = await guard.assertAllowed(new URL(`http://${host}/`)).then(
      () => assert.fail(`${host} was allowed`),
      (refusal: unknown) => refusal as RefusedAddressError,
    );
    const tookMs = performance.now() - startedMs;
    assert.ok(tookMs > refusalMs - 5 && tookMs < refusalMs + 100, `${host}: ${tookMs} ms`);
    return `${error.name}: ${error.message}`;
  };
  const refused = [...Object.keys(names).filter((name) => name !== 'public.example'), 'nowhere.example'];
  const told = [];
  for (const name of refused) told.push(await refuse(name));
  assert.deepEqual(new Set(told), new Set([`RefusedAddressError: ${message}`]));
  await guard.assertAllowed(new URL('http://public.example/'));
});

test('a socket asks the guard again, so a name that changed its address since the check does not get through', async () => {
  const addresses = ['8.8.8.8'];
  const guard = createAddressGuard({ allowPrivate: false, resolve: resolving({ 'rebound.example': { addresses } }) });
  await guard.assertAllowed(new URL('http://rebound.example/'));
  addresses[0] = '127.0.0.1';
  const socket = connect({ host: 'rebound.example', port: 9, lookup: guard.lookup });
  const [error] = (await once(socket, 'error')) as [Error];
  assert.ok(error instanceof RefusedAddressError, error.message);
});

test('the lookup answers as the one of Node does, for one address and for all', async () => {
  const ask = (how: typeof lenient.lookup, options: { all?: true }) =>
    new Promise((resolve, reject) => {
      how('localhost', options, (error, ...found) => (error ? reject(error) : resolve(found.filter(Boolean))));
    });
  for (const options of [{}, { all: true }] as const) {
    assert.deepEqual(await ask(lenient.lookup, options), await ask(lookup as typeof lenient.lookup, options));
  }
});
