import { randomUUID } from 'node:crypto';
import {
  ConstraintViolationError,
  InappropriateAuthError,
  InvalidCredentialsError,
  NoSuchObjectError,
  ResultCodeError,
  UnwillingToPerformError,
} from 'ldapts';
import type { LdapConfig } from '../../config/load.ts';
import { bindToSearch, openConnection, type DirectoryConnection } from './connection.ts';
import { type DirectoryUser, findGroups, findUser, listUsers } from './entries.ts';
import { DirectoryUnavailableError } from './errors.ts';
import { normalGroupName } from './group-name.ts';
import { createTurns } from './turns.ts';

/** A person with what the groups say. */
export interface DirectoryMember extends DirectoryUser {
  /** In the form of `normalGroupName`. */
  readonly groups: readonly string[];
  /** Undefined: the directory does not say who is a system administrator. */
  readonly isAdmin: boolean | undefined;
}

/** An LDAP directory (RFC 4511). */
export interface Directory {
  /**
   * Whoever has this name and password. Undefined where there is no such entry, more than one, or the password is wrong,
   * all in the same number of round trips.
   *
   * @throws DirectoryUnavailableError
   */
  readonly authenticate: (name: string, password: string) => Promise<DirectoryMember | undefined>;
  /**
   * Everybody, in pages, in one go: a server remembers where a listing was for its connection alone.
   *
   * @param signal ends it
   * @throws DirectoryUnavailableError
   */
  readonly members: (signal: AbortSignal) => AsyncGenerator<readonly DirectoryMember[]>;
}

// Beside these a process has two for each listing.
const maxConnections = 8;
const maxWaiting = 100;
const authenticationTimeoutMs = 15_000;
const maxNameLength = 255;
// What servers answer to a wrong password, and to one that they do not take just now: that of somebody who is locked out.
const refusals = [
  InvalidCredentialsError,
  InappropriateAuthError,
  NoSuchObjectError,
  UnwillingToPerformError,
  ConstraintViolationError,
] as const;

/** Makes the client of a directory. It opens connections when it is asked something, and keeps none. */
export function createDirectory(config: LdapConfig): Directory {
  const turns = createTurns(maxConnections, maxWaiting);
  const adminGroup = config.adminGroup === undefined ? undefined : normalGroupName(config.adminGroup);

  async function toMember(connection: DirectoryConnection, user: DirectoryUser): Promise<DirectoryMember> {
    const groups = await findGroups(connection, config, user);
    return { ...user, groups, isAdmin: adminGroup === undefined ? undefined : groups.includes(adminGroup) };
  }

  async function check(name: string, password: string, signal: AbortSignal): Promise<DirectoryMember | undefined> {
    const connection = await openConnection(config, signal);
    try {
      const user = await findUser(connection, config, name);
      if (!(await isPassword(connection, user, password)) || !user) return undefined;
      // People may be allowed to see less than the account that searches.
      await bindToSearch(connection, config);
      return await toMember(connection, user);
    } finally {
      await connection.close();
    }
  }

  /** Who is not there is asked for as well, so that it takes the same round trips. */
  async function isPassword(
    connection: DirectoryConnection,
    user: DirectoryUser | undefined,
    password: string,
  ): Promise<boolean> {
    const nobody = `${config.usernameAttribute}=${randomUUID()},${config.userBaseDn}`;
    try {
      await connection.use((client) => client.bind(user?.distinguishedName ?? nobody, password));
      return user !== undefined;
    } catch (error) {
      if (!user && error instanceof ResultCodeError) return false;
      if (refusals.some((refusal) => error instanceof refusal)) return false;
      throw error;
    }
  }

  return {
    authenticate: async (name, password) => {
      // A bind with an empty password is one as nobody, and succeeds (RFC 4513, section 5.1.2).
      if (password === '' || name === '' || name.length > maxNameLength) return undefined;
      const signal = AbortSignal.timeout(authenticationTimeoutMs);
      return turns
        .inTurn(() => check(name, password, signal), signal)
        .catch((error: unknown) => {
          throw toUnavailable(error);
        });
    },

    async *members(signal) {
      try {
        const listing = await openConnection(config, signal);
        // OpenLDAP remembers one listing for a connection, and forgets it over that of somebody's groups.
        const searching = await openConnection(config, signal).catch(async (error: unknown) => {
          await listing.close();
          throw error;
        });
        try {
          for await (const users of listUsers(listing, config)) {
            const members: DirectoryMember[] = [];
            for (const user of users) members.push(await toMember(searching, user));
            yield members;
          }
        } finally {
          await Promise.all([listing.close(), searching.close()]);
        }
      } catch (error) {
        throw toUnavailable(error);
      }
    },
  };
}

function toUnavailable(error: unknown): unknown {
  if (!(error instanceof ResultCodeError)) return error;
  return new DirectoryUnavailableError(`the directory refuses what it is asked: ${error.message}`, { cause: error });
}
