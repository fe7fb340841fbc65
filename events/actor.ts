/** What acts: an account, a robot, this program or a provider of accounts, or nobody who is known. */
export type ActorType = 'user' | 'robot' | 'system' | 'anonymous';

/** Who did something, and from where. */
export interface Actor {
  /** Id of the account or robot; null: there is none. */
  readonly id: string | null;
  /** Name of the account, robot or part of the system; empty: nobody who is known. */
  readonly name: string;
  readonly type: ActorType;
  /** Address of the client; empty: no client asked for it. */
  readonly address: string;
}

/** What names of robots begin with; no name of an account holds a "$". */
export const robotPrefix = 'robot$';

/** Whether a name is one of a robot, and not of an account. */
export function isRobotName(name: string): boolean {
  return name.startsWith(robotPrefix);
}

/** What a client is that has signed in by this name; empty: it has not signed in. */
export function clientActorType(name: string): Exclude<ActorType, 'system'> {
  if (name === '') return 'anonymous';
  return isRobotName(name) ? 'robot' : 'user';
}

/**
 * A part of this program, or a provider of accounts, as the actor of what nobody asked for.
 *
 * @param address of the client whose request brought it about, if one did
 */
export function systemActor(name: string, address = ''): Actor {
  return { id: null, name, type: 'system', address };
}
