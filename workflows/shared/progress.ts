import { defineQuery, setCurrentDetails, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import { searchAttributes } from './search-attributes.ts';

/** How far a job is, in small numbers that mean the same before and after it continues as new. */
export interface Progress {
  readonly phase: string;
  readonly itemsDone: number;
  /** Undefined where nobody can know. */
  readonly itemsTotal?: number | undefined;
  readonly sizeBytes?: number | undefined;
  /** One line for the person who watches. */
  readonly note?: string | undefined;
}

export const progressQuery = defineQuery<Progress>('progress');

/** Shows a job's progress where operators look: the query `progress`, the current details, and the phase attribute. */
export interface ProgressReport {
  set(progress: Progress): void;
}

/** Call once, before the workflow's first await. */
export function createProgressReport(initial: Progress): ProgressReport {
  let current = initial;
  let shownPhase: string | undefined;
  function show(): void {
    setCurrentDetails(describe(current));
    // Every change of an attribute is an event of the history, so counts are only written along with a phase.
    if (current.phase === shownPhase) return;
    shownPhase = current.phase;
    upsertSearchAttributes([
      { key: searchAttributes.jobPhase, value: current.phase },
      { key: searchAttributes.itemsDone, value: current.itemsDone },
    ]);
  }
  setHandler(progressQuery, () => current, { description: 'Phase, items and bytes done so far.' });
  show();
  return {
    set: (progress) => {
      current = progress;
      show();
    },
  };
}

function describe(progress: Progress): string {
  const lines = [
    `**Phase:** ${progress.phase}`,
    `**Done:** ${progress.itemsDone}${progress.itemsTotal === undefined ? '' : ` of ${progress.itemsTotal}`}`,
  ];
  if (progress.sizeBytes !== undefined) lines.push(`**Bytes:** ${progress.sizeBytes}`);
  if (progress.note !== undefined) lines.push(progress.note);
  return lines.join('\n\n');
}
