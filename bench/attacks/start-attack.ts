import type { CleanUp } from '../../test/support/clean-up.ts';
import { startLoadProcess, type LoadProcess } from '../load-process.ts';
import type { AttackTarget } from './attack-target.ts';
import type { AttackName } from './attacks.ts';

/** Attacks from a process of its own until it is stopped. */
export function startAttack(
  cleanUp: CleanUp,
  target: AttackTarget,
  names: readonly AttackName[],
  priority: { readonly isLowest: boolean },
): LoadProcess {
  const program = new URL('attack-process.ts', import.meta.url);
  return startLoadProcess(cleanUp, program, [JSON.stringify(target), ...names], priority);
}
