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

/** Why a job waits, and who wants that. */
export interface Pause {
  readonly by: string;
  readonly note: string;
}

export const progressQuery = defineQuery<Progress & { readonly paused?: Pause }>('progress');

/** Shows a job's progress where operators look: the query `progress`, the current details, and the phase attribute. */
export interface ProgressReport {
  set(progress: Progress): void;
  /** Shows that the job is paused, as the phase `paused`; undefined once it goes on. */
  showPause(pause: Pause | undefined): void;
}

/** Call once, before the workflow's first await. */
export function createProgressReport(initial: Progress): ProgressReport {
  let current = initial;
  let currentPause: Pause | undefined;
  let shownPhase: string | undefined;
  function show(): void {
    setCurrentDetails(describe(current, currentPause));
    const phase = currentPause ? 'paused' : current.phase;
    // Every change of an attribute is an event of the history, so counts are only written along with a phase.
    if (phase === shownPhase) return;
    shownPhase = phase;
    upsertSearchAttributes([
      { key: searchAttributes.jobPhase, value: phase },
      { key: searchAttributes.itemsDone, value: current.itemsDone },
    ]);
  }
  const answer = () => (currentPause ? { ...current, paused: currentPause } : current);
  setHandler(progressQuery, answer, { description: 'Phase, items and bytes done so far, and whether it is paused.' });
  show();
  return {
    set: (progress) => {
      current = progress;
      show();
    },
    showPause: (pause) => {
      currentPause = pause;
      show();
    },
  };
}

function describe(progress: Progress, pause: Pause | undefined): string {
  const lines = [
    ...(pause
      ? [`**Paused** by ${pause.by}${pause.note && `: ${pause.note}`}. The update \`resume\` lets it go on.`]
      : []),
    `**Phase:** ${progress.phase}`,
    `**Done:** ${progress.itemsDone}${progress.itemsTotal === undefined ? '' : ` of ${progress.itemsTotal}`}`,
  ];
  if (progress.sizeBytes !== undefined) lines.push(`**Bytes:** ${progress.sizeBytes}`);
  if (progress.note !== undefined) lines.push(progress.note);
  return lines.join('\n\n');
}
