import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { LdapConfig } from '../../config/load.ts';
import { freePort } from '../../local/ports.ts';
import { run } from '../../local/process.ts';
import { toolPath } from '../setup/tools.ts';
import type { CleanUp } from './clean-up.ts';
import { endWithProcess } from './end-with-process.ts';
import { untilListening } from './until-listening.ts';

/** A real LDAP server with a directory of its own. */
export interface TestDirectory {
  readonly port: number;
  /** Where it speaks TLS from the start. */
  readonly tlsPort: number;
  /** To be given to what signs in; a copy may change it. */
  readonly config: LdapConfig;
  /** PEM of the authority of its certificate, which is for `localhost` alone. */
  readonly ca: string;
  /** Applies changes, as LDIF; options are those of ldapmodify. */
  readonly modify: (ldif: string, options?: readonly string[]) => Promise<void>;
  /** Ends it. Resolves once it has ended. */
  readonly stop: () => Promise<void>;
  /** Starts it again on the same port and data. */
  readonly restart: () => Promise<void>;
  /** Stops it from answering, with its connections open, until it is let go on. */
  readonly freeze: () => Promise<void>;
  readonly thaw: () => void;
}

const startTimeoutMs = 30_000;
const base = 'dc=example,dc=com';
const root = { dn: `cn=root,${base}`, password: 'root secret' } as const;
const searcher = { dn: `cn=searcher,${base}`, password: 'searcher secret' } as const;

/** The password of everybody in the directory. */
export const directoryPassword = 'ldap horse battery';

/** The entry of a person, as LDIF. */
export function personLdif(uid: string, fullName: string, more = ''): string {
  return `dn: uid=${uid},ou=people,${base}
changetype: add
objectClass: inetOrgPerson
uid: ${uid}
cn: ${fullName}
sn: ${fullName}
userPassword: ${directoryPassword}
${more}`;
}

/** The entry of a group, as LDIF. */
export function groupLdif(cn: string, ...uids: readonly string[]): string {
  return `dn: cn=${cn},ou=groups,${base}
changetype: add
objectClass: groupOfNames
cn: ${cn}
${uids.map((uid) => `member: uid=${uid},ou=people,${base}\n`).join('')}`;
}

const tree = `dn: ${base}
changetype: add
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: ${searcher.dn}
changetype: add
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: searcher
userPassword: ${searcher.password}

dn: ou=people,${base}
changetype: add
objectClass: organizationalUnit
ou: people

dn: ou=groups,${base}
changetype: add
objectClass: organizationalUnit
ou: groups
`;

/**
 * Starts slapd over a folder of its own, with the people `lena` and `liam`, and the groups `builders` of `lena`, and
 * `admins` of `liam`; both are gone after the test. Only its account for searches and itself may read it.
 */
export async function startTestDirectory(t: CleanUp): Promise<TestDirectory> {
  const folder = await mkdtemp(join(tmpdir(), 'jobrunner-test-slapd-'));
  const port = await freePort();
  const tlsPort = await freePort();
  const { ca } = await makeCertificate(folder);
  await mkdir(join(folder, 'data'));
  await writeFile(join(folder, 'slapd.conf'), configuration(folder));
  let server = await start(folder, port, tlsPort);
  const forget = endWithProcess(() => server.kill('SIGKILL'));
  async function stop(): Promise<void> {
    const ended = new Promise((resolve) => server.once('close', resolve));
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await ended;
  }
  t.after(async () => {
    await stop();
    forget();
    await rm(folder, { recursive: true, force: true });
  });
  const modify = async (ldif: string, options: readonly string[] = []): Promise<void> => {
    const file = join(folder, 'change.ldif');
    await writeFile(file, ldif);
    const args = ['-x', '-H', `ldap://127.0.0.1:${port}`, '-D', root.dn, '-w', root.password, ...options, '-f', file];
    const { code, stderr } = await run('ldapmodify', args, { timeoutMs: startTimeoutMs });
    if (code !== 0) throw new Error(`ldapmodify ended with code ${code}: ${stderr}`);
  };
  await modify(
    [
      tree,
      personLdif('lena', 'Lena Lang'),
      personLdif('liam', 'Liam Long'),
      groupLdif('builders', 'lena'),
      groupLdif('admins', 'liam'),
    ].join('\n'),
  );
  return {
    port,
    tlsPort,
    ca,
    config: {
      url: `ldap://127.0.0.1:${port}`,
      startTls: false,
      ca: undefined,
      bindDn: searcher.dn,
      bindPassword: searcher.password,
      userBaseDn: `ou=people,${base}`,
      userFilter: '(objectClass=inetOrgPerson)',
      usernameAttribute: 'uid',
      fullNameAttribute: 'cn',
      groupBaseDn: `ou=groups,${base}`,
      groupFilter: '(objectClass=groupOfNames)',
      groupMemberAttribute: 'member',
      adminGroup: 'admins',
      createOnLogin: true,
    },
    modify,
    stop,
    restart: async () => {
      server = await start(folder, port, tlsPort);
    },
    freeze: async () => {
      server.kill('SIGSTOP');
      // All of its threads, proc(5).
      while (!/\) T /.test(await readFile(`/proc/${server.pid}/stat`, 'utf8'))) await delay(10);
    },
    thaw: () => void server.kill('SIGCONT'),
  };
}

// A size limit below the number of entries that the tests make: who lists has to page.
function configuration(folder: string): string {
  return `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile ${folder}/slapd.pid
TLSCertificateFile ${folder}/server.pem
TLSCertificateKeyFile ${folder}/server.key
TLSCACertificateFile ${folder}/ca.pem
sizelimit size.soft=50 size.hard=50 size.prtotal=unlimited
database mdb
suffix "${base}"
directory ${folder}/data
maxsize 104857600
dbnosync
rootdn "${root.dn}"
rootpw "${root.password}"
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="${searcher.dn}" read by * none
`;
}

async function makeCertificate(folder: string): Promise<{ ca: string }> {
  const openssl = async (args: readonly string[]): Promise<void> => {
    const { code, stderr } = await run(toolPath('openssl'), args, { timeoutMs: startTimeoutMs });
    if (code !== 0) throw new Error(`openssl ended with code ${code}: ${stderr}`);
  };
  const newKey = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const file = (name: string): string => join(folder, name);
  const make = (name: string, subject: string, ...more: readonly string[]): Promise<void> =>
    openssl([...newKey, '-keyout', file(`${name}.key`), '-out', file(`${name}.pem`), '-subj', subject, ...more]);
  await make('ca', '/CN=Test');
  const issuer = ['-CA', file('ca.pem'), '-CAkey', file('ca.key')];
  await make('server', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', ...issuer);
  return { ca: await readFile(file('ca.pem'), 'utf8') };
}

async function start(folder: string, port: number, tlsPort: number): Promise<ChildProcess> {
  const server = spawn(
    toolPath('slapd'),
    ['-d', '0', '-f', join(folder, 'slapd.conf'), '-h', `ldap://127.0.0.1:${port} ldaps://127.0.0.1:${tlsPort}`],
    { stdio: 'ignore' },
  );
  await untilListening(server, { name: 'slapd', port, limitMs: startTimeoutMs });
  return server;
}
