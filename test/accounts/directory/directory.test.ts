import assert from 'node:assert/strict';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { test } from 'node:test';
import { createDirectory, type DirectoryMember } from '../../../accounts/directory/directory.ts';
import { DirectoryUnavailableError } from '../../../accounts/directory/errors.ts';
import { missing } from '../../setup/tools.ts';
import { directoryPassword, groupLdif, personLdif, startTestDirectory } from '../../support/slapd.ts';

const skip = missing('slapd', 'openssl');

test('whom a directory lets in', { skip }, async (t) => {
  const server = await startTestDirectory(t);
  const directory = createDirectory(server.config);
  const lena = await directory.authenticate('lena', directoryPassword);

  await t.test('a person comes with an id that lasts, and with groups', async () => {
    const { subject, ...rest } = lena ?? {};
    assert.match(subject ?? '', /^[0-9a-f-]{36}$/);
    assert.deepEqual(rest, {
      distinguishedName: 'uid=lena,ou=people,dc=example,dc=com',
      name: 'lena',
      fullName: 'Lena Lang',
      groups: ['cn=builders,ou=groups,dc=example,dc=com', 'builders'],
      isAdmin: false,
    });
    assert.equal((await directory.authenticate('liam', directoryPassword))?.isAdmin, true);
    await server.modify(`dn: uid=lena,ou=people,dc=example,dc=com
changetype: modrdn
newrdn: uid=lenore
deleteoldrdn: 1`);
    const renamed = await directory.authenticate('lenore', directoryPassword);
    assert.deepEqual([renamed?.name, renamed?.subject], ['lenore', subject]);
  });

  await t.test('names and passwords that must let nobody in', async () => {
    await server.modify(`dn: cn=double,ou=people,dc=example,dc=com
changetype: add
objectClass: inetOrgPerson
cn: double
sn: double
uid: twin
userPassword: ${directoryPassword}

${personLdif('twin', 'Twin')}
dn: cn=nopassword,ou=people,dc=example,dc=com
changetype: add
objectClass: inetOrgPerson
cn: nopassword
sn: nopassword
uid: nopassword`);
    for (const [name, password] of [
      ['liam', ''],
      ['', directoryPassword],
      ['', ''],
      ['liam', directoryPassword.toUpperCase()],
      ['twin', directoryPassword],
      ['nopassword', directoryPassword],
      ['nopassword', ''],
      ['*', directoryPassword],
      ['lia*', directoryPassword],
      ['*)(uid=*', directoryPassword],
      ['liam)(objectClass=*', directoryPassword],
      ['liam))(|(uid=*', directoryPassword],
      [String.raw`\6ciam`, directoryPassword],
      ['liam\0', directoryPassword],
      ['uid=liam,ou=people,dc=example,dc=com', directoryPassword],
      ['\ud800', directoryPassword],
      ['x'.repeat(3_000), directoryPassword],
    ] as const) {
      assert.equal(await directory.authenticate(name, password), undefined, `${name} with ${password}`);
    }
    assert.ok(await directory.authenticate('liam', directoryPassword), 'the password is the right one');
  });

  await t.test('a listing goes through all pages, past the size limit of the server', async () => {
    const people = Array.from({ length: 1_100 }, (_, index) => personLdif(`p${index}`, `Person ${index}`));
    await server.modify(`${people.join('\n')}\n${groupLdif('many', 'p7', 'p1099')}`);
    const members: DirectoryMember[] = [];
    let pages = 0;
    for await (const page of directory.members(AbortSignal.timeout(100_000))) {
      pages++;
      members.push(...page);
    }
    assert.ok(pages > 2);
    // Whether a name is there twice is for whoever keeps accounts to judge.
    assert.equal(new Set(members.map(({ subject }) => subject)).size, 1_105);
    const inMany = members.filter(({ groups }) => groups.includes('many')).map(({ name }) => name);
    assert.deepEqual(inMany.toSorted(), ['p1099', 'p7']);
  });

  await t.test('a listing that is stopped ends at once', async () => {
    const stop = new AbortController();
    const listing = directory.members(stop.signal);
    await listing.next();
    stop.abort();
    await assert.rejects(listing.next(), DirectoryUnavailableError);
  });

  await t.test('many at once share few connections', async () => {
    const all = await Promise.all(
      Array.from({ length: 60 }, async () => directory.authenticate('liam', directoryPassword)),
    );
    assert.ok(all.every((member) => member?.name === 'liam'));
    const tooMany = await Promise.allSettled(
      Array.from({ length: 150 }, async () => directory.authenticate('liam', directoryPassword)),
    );
    const refused = tooMany.filter(({ status }) => status === 'rejected');
    assert.equal(refused.length, 150 - 108, 'eight at work, and a hundred that wait');
  });

  await t.test('one that hangs, or is gone, is not waited for', { timeout: 120_000 }, async () => {
    await server.freeze();
    await assert.rejects(directory.authenticate('liam', directoryPassword), DirectoryUnavailableError);
    server.thaw();
    assert.ok(await directory.authenticate('liam', directoryPassword));
    await server.stop();
    await assert.rejects(directory.authenticate('liam', directoryPassword), DirectoryUnavailableError);
  });
});

test('groups of POSIX name their members', { skip }, async (t) => {
  const server = await startTestDirectory(t);
  await server.modify(`dn: cn=posix,ou=groups,dc=example,dc=com
changetype: add
objectClass: posixGroup
cn: posix
gidNumber: 7
memberUid: lena`);
  const settings = { groupFilter: '(objectClass=posixGroup)', groupMemberAttribute: 'memberUid' };
  const directory = createDirectory({ ...server.config, ...settings });
  const lena = await directory.authenticate('lena', directoryPassword);
  assert.deepEqual(lena?.groups, ['cn=posix,ou=groups,dc=example,dc=com', 'posix']);
});

test('TLS, from the start or by StartTLS: a certificate that is right is taken, and no other', { skip }, async (t) => {
  const server = await startTestDirectory(t);
  const settings = { ...server.config, url: `ldap://localhost:${server.port}`, startTls: true, ca: server.ca };
  const signIn = (changes: Partial<typeof settings>) =>
    createDirectory({ ...settings, ...changes }).authenticate('lena', directoryPassword);
  assert.equal((await signIn({}))?.name, 'lena');
  await assert.rejects(signIn({ url: server.config.url }), /does not match certificate/);
  const { ca: otherCa } = await startTestDirectory(t);
  await assert.rejects(signIn({ ca: otherCa }), DirectoryUnavailableError);
  const ldaps = { startTls: false, url: `ldaps://localhost:${server.tlsPort}` };
  assert.equal((await signIn(ldaps))?.name, 'lena');
  await assert.rejects(signIn({ ...ldaps, url: `ldaps://127.0.0.1:${server.tlsPort}` }), /does not match certificate/);
  await assert.rejects(signIn({ ...ldaps, ca: otherCa }), DirectoryUnavailableError);
});

test('nothing secret goes over a connection whose TLS was cut, nor over another one', { skip }, async (t) => {
  const server = await startTestDirectory(t);
  // Passes everything on, and cuts a connection once it has become TLS and the client has said something through it.
  const sockets: Socket[] = [];
  const fromClient: Buffer[] = [];
  const proxy = createServer((client) => {
    const upstream = connect(server.port, '127.0.0.1');
    sockets.push(client, upstream);
    let records = 0;
    client.on('data', (data) => {
      fromClient.push(data);
      // 0x17: application data of TLS.
      if (data[0] === 0x17 && ++records === 2) client.destroy();
      else upstream.write(data);
    });
    upstream.on('data', (data) => client.write(data));
    for (const socket of [client, upstream]) {
      socket.on('error', () => undefined);
      socket.on('close', () => [client, upstream].forEach((each) => each.destroy()));
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
  const { port } = proxy.address() as AddressInfo;
  const settings = { ...server.config, url: `ldap://localhost:${port}`, startTls: true, ca: server.ca };
  const asking = createDirectory(settings).authenticate('lena', directoryPassword);
  await assert.rejects(asking, DirectoryUnavailableError);
  assert.equal(sockets.length, 2, 'it does not connect again');
  const sent = Buffer.concat(fromClient).toString('latin1');
  assert.ok(!sent.includes(directoryPassword) && !sent.includes(server.config.bindPassword ?? '-'));
});

test('an account for searches that is not let in is no wrong password of somebody', { skip }, async (t) => {
  const server = await startTestDirectory(t);
  const directory = createDirectory({ ...server.config, bindPassword: 'wrong' });
  await assert.rejects(directory.authenticate('lena', directoryPassword), /LDAP_BIND_PASSWORD is wrong/);
});
