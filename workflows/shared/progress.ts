import { defineQuery, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import type { JobProgress } from '../../jobs/records/progress.ts';
import { showDetails } from './details.ts';
import { searchAttributes } from './search-attributes.ts';

/** How far a job is, and what people should know of that. */
export interface Progress extends JobProgress {
  /** One line for the person who watches. */
  readonly note?: string | undefined;
}

/** Why a job waits, or is to wait, and who wants that. */
export interface Pause {
  readonly by: string;
  readonly note: string;
}

/** Whether a job that is to wait does so, or will at its next checkpoint. */
export type PauseState = 'pausing' | 'paused';

export const progressQuery = defineQuery<Progress & { readonly [State in PauseState]?: Pause }>('progress');

/** Shows a job's progress where operators look: the query `progress`, the current details, and the phase attribute. */
export interface ProgressReport {
  set(progress: Progress): void;
  /** Shows that the job is paused, or is to be, as the phase of that name; undefined once it goes on. */
  showPause(pause: Pause | undefined, state?: PauseState): void;
}

/** Call once, before the workflow's first await. */
export function createProgressReport(initial: Progress): ProgressReport {
  let current = initial;
  let currentPause: Pause | undefined;
  let pauseState: PauseState = 'paused';
  let shownPhase: string | undefined;
  function show(): void {
    showDetails(describe(current, currentPause, pauseState));
    const phase = currentPause ? pauseState : current.phase;
    // Every change of an attribute is an event of the history, so counts are only written along with a phase.
    if (phase === shownPhase) return;
    shownPhase = phase;
    upsertSearchAttributes([
      { key: searchAttributes.jobPhase, value: phase },
      { key: searchAttributes.itemsDone, value: current.itemsDone },
    ]);
  }
  const answer = () => (currentPause ? { ...current, [pauseState]: currentPause } : current);
  setHandler(progressQuery, answer, { description: 'Phase, items and bytes done so far, and whether it is paused.' });
  show();
  return {
    set: (progress) => {
      current = progress;
      show();
    },
    showPause: (pause, state = 'paused') => {
      currentPause = pause;
      pauseState = state;
      show();
    },
  };
}

const pauseWords: Readonly<Record<PauseState, string>> = {
  pausing: '**Pausing**, once what runs now is done, as asked for',
  paused: '**Paused**',
};

function describe(progress: Progress, pause: Pause | undefined, state: PauseState): string {
  const lines = [
    ...(pause
      ? [`${pauseWords[state]} by ${pause.by}${pause.note && `: ${pause.note}`}. The update \`resume\` lets it go on.`]
      : []),
    `**Phase:** ${progress.phase}`,
    `**Done:** ${progress.itemsDone}${progress.itemsTotal === undefined ? '' : ` of ${progress.itemsTotal}`}`,
  ];
  if (progress.sizeBytes !== undefined) lines.push(`**Bytes:** ${progress.sizeBytes}`);
  if (progress.note !== undefined) lines.push(progress.note);
  return lines.join('\n\n');
}
