import { AndFilter, EqualityFilter, FilterParser, PresenceFilter, type Entry } from 'ldapts';
import type { LdapConfig } from '../../config/load.ts';
import type { DirectoryConnection } from './connection.ts';
import { DirectoryUnavailableError } from './errors.ts';
import { normalDistinguishedName, normalGroupName } from './group-name.ts';

/** A person, as the directory has one. */
export interface DirectoryUser {
  /** What the directory calls the person for ever: it outlives another name and another place in the tree. */
  readonly subject: string;
  readonly distinguishedName: string;
  /** In lower case: directories ignore it. */
  readonly name: string;
  readonly fullName: string;
}

// What servers give an entry that no other ever gets: RFC 4530, and Active Directory.
const idAttributes = ['entryUUID', 'objectGUID'] as const;
const pageSize = 500;
const maxGroups = 10_000;

/** What to ask of the entries of people. */
function userAttributes({ usernameAttribute, fullNameAttribute }: LdapConfig): string[] {
  return [usernameAttribute, fullNameAttribute, ...idAttributes];
}

/**
 * The entry of a user name, or undefined where there is none, or more than one.
 *
 * @param name as a client has sent it: it goes into the filter as a value, never as text
 * @throws ResultCodeError, DirectoryUnavailableError
 */
export async function findUser(
  connection: DirectoryConnection,
  config: LdapConfig,
  name: string,
): Promise<DirectoryUser | undefined> {
  const filter = new AndFilter({
    filters: [
      FilterParser.parseString(config.userFilter),
      new EqualityFilter({ attribute: config.usernameAttribute, value: name }),
    ],
  });
  const { searchEntries } = await connection.use((client) =>
    client.search(config.userBaseDn, {
      filter,
      scope: 'sub',
      sizeLimit: 2,
      attributes: userAttributes(config),
      explicitBufferAttributes: ['objectGUID'],
    }),
  );
  const [entry, second] = searchEntries;
  return entry && !second ? toUser(entry, config) : undefined;
}

/**
 * Every person of the directory, in pages. Entries without a user name are passed over.
 *
 * @throws ResultCodeError, DirectoryUnavailableError
 */
export async function* listUsers(
  connection: DirectoryConnection,
  config: LdapConfig,
): AsyncGenerator<readonly DirectoryUser[]> {
  const filter = new AndFilter({
    filters: [FilterParser.parseString(config.userFilter), new PresenceFilter({ attribute: config.usernameAttribute })],
  });
  const pages = await connection.use(async (client) =>
    client.searchPaginated(config.userBaseDn, {
      filter,
      scope: 'sub',
      paged: { pageSize },
      attributes: userAttributes(config),
      explicitBufferAttributes: ['objectGUID'],
    }),
  );
  for (;;) {
    const page = await connection.use(() => pages.next());
    if (page.done) return;
    const users = page.value.searchEntries.map((entry: Entry) => toUser(entry, config));
    yield users.filter((user) => user !== undefined);
  }
}

/**
 * The groups of a person, each by its distinguished name and its `cn`, as `normalGroupName` writes them.
 *
 * @throws ResultCodeError; DirectoryUnavailableError, also for more groups than anybody has
 */
export async function findGroups(
  connection: DirectoryConnection,
  config: LdapConfig,
  user: DirectoryUser,
): Promise<readonly string[]> {
  const { groupBaseDn, groupMemberAttribute } = config;
  if (groupBaseDn === undefined) return [];
  // RFC 2307: groups of POSIX name their members, others have their distinguished names.
  const value = groupMemberAttribute.toLowerCase() === 'memberuid' ? user.name.toLowerCase() : user.distinguishedName;
  const filter = new AndFilter({
    filters: [
      FilterParser.parseString(config.groupFilter),
      new EqualityFilter({ attribute: groupMemberAttribute, value }),
    ],
  });
  const names = new Set<string>();
  const pages = await connection.use(async (client) =>
    client.searchPaginated(groupBaseDn, { filter, scope: 'sub', paged: { pageSize }, attributes: ['cn'] }),
  );
  for (;;) {
    const page = await connection.use(() => pages.next());
    if (page.done) return [...names];
    for (const entry of page.value.searchEntries) {
      names.add(normalDistinguishedName(entry.dn));
      // A name with "=" in it could be that of another entry.
      for (const name of textsOf(entry, 'cn')) if (!name.includes('=')) names.add(normalGroupName(name));
    }
    if (names.size > maxGroups) throw new DirectoryUnavailableError(`${user.name} is in more than ${maxGroups} groups`);
  }
}

function toUser(entry: Entry, { usernameAttribute, fullNameAttribute }: LdapConfig): DirectoryUser | undefined {
  const [name] = textsOf(entry, usernameAttribute);
  if (name === undefined || name === '') return undefined;
  const [id] = idAttributes.flatMap((attribute) => valuesOf(entry, attribute));
  return {
    subject: id === undefined ? normalDistinguishedName(entry.dn) : Buffer.isBuffer(id) ? id.toString('hex') : id,
    distinguishedName: entry.dn,
    name,
    // A NUL is text to a directory, and not to PostgreSQL.
    fullName: (textsOf(entry, fullNameAttribute)[0] ?? '').replaceAll('\0', '').slice(0, 255),
  };
}

function textsOf(entry: Entry, attribute: string): string[] {
  return valuesOf(entry, attribute).map((value) => (Buffer.isBuffer(value) ? value.toString('utf8') : value));
}

/** Servers write attributes as their schema does, whatever they were asked for. */
function valuesOf(entry: Entry, attribute: string): (string | Buffer)[] {
  const key = Object.keys(entry).find((each) => each.toLowerCase() === attribute.toLowerCase() && each !== 'dn');
  return key === undefined ? [] : [entry[key] ?? []].flat();
}
