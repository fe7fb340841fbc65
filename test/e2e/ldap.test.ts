import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { missing } from '../setup/tools.ts';
import { createCleanUp } from '../support/clean-up.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { directoryPassword, startTestDirectory } from '../support/slapd.ts';
import { startRegistryProcess } from './registry-process.ts';
import { makeTarball, temporaryFolder, tool } from './tool.ts';

test(
  'somebody of an LDAP directory pushes and pulls with crane, through every process',
  { timeout: 180_000, skip: missing('slapd', 'openssl', 'crane') },
  async (t) => {
    const cleanUp = createCleanUp(t);
    const folder = await temporaryFolder(cleanUp);
    const directory = await startTestDirectory(cleanUp);
    const { url, pool } = await createTestDatabase(cleanUp);
    const caFile = join(folder, 'ca.pem');
    const passwordFile = join(folder, 'password');
    await writeFile(caFile, directory.ca);
    await writeFile(passwordFile, `${directory.config.bindPassword}\n`);
    const { host } = await startRegistryProcess(cleanUp, url, {
      HTTP_PROCESSES: '2',
      LDAP_URL: `ldap://localhost:${directory.port}`,
      LDAP_START_TLS: 'true',
      LDAP_CA_FILE: caFile,
      LDAP_BIND_DN: directory.config.bindDn ?? '',
      LDAP_BIND_PASSWORD_FILE: passwordFile,
      LDAP_USER_BASE_DN: directory.config.userBaseDn,
      LDAP_GROUP_BASE_DN: directory.config.groupBaseDn ?? '',
      LDAP_ADMIN_GROUP: 'admins',
    });
    const craneOf = async (name: string, password: string) => {
      const crane = tool('crane', { env: { DOCKER_CONFIG: await temporaryFolder(cleanUp) } });
      await crane('auth', 'login', host, '-u', name, '-p', password);
      return crane;
    };
    const lena = await craneOf('lena', directoryPassword);
    const image = `${host}/lena/app:1`;
    await lena('append', '--new_layer', await makeTarball(folder, 'hello', 'hello'), '--new_tag', image);
    const { stdout: digest } = await lena('digest', image);
    assert.match(digest, /^sha256:/);
    assert.equal(
      (await (await craneOf('liam', directoryPassword))('digest', image)).stdout,
      digest,
      'an administrator',
    );
    const refused = await (await craneOf('lena', 'wrong horse battery')).fails('digest', image);
    assert.match(refused.stderr, /UNAUTHORIZED: user name or password is wrong/);
    const { rows } = await pool.query<{ name: string }>(
      'SELECT name FROM accounts.accounts WHERE is_imported ORDER BY 1',
    );
    assert.deepEqual(
      rows.map(({ name }) => name),
      ['lena', 'liam'],
    );
  },
);
