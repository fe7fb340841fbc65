import {
  CancellationScope,
  condition,
  isCancellation,
  setHandler,
  TemporalFailure,
  workflowInfo,
  type ChildWorkflowHandle,
  type Workflow,
  type WorkflowResultType,
} from '@temporalio/workflow';
import { localActivities } from './activities.ts';
import { jobFailure } from './failure.ts';
import { recordOptions } from './options.ts';
import type { ProgressReport } from './progress.ts';
import {
  pauseSignal,
  pauseUpdate,
  resumeSignal,
  resumeUpdate,
  type SteeringRequest,
  type SteeringState,
} from './steering-messages.ts';

const { recordJobPause, recordJobPausing } = localActivities(recordOptions);

/** The pause and resume of one workflow. */
export interface Steering {
  /**
   * Waits while the job is to be paused. To be called between pages, and before the workflow continues as new: without an
   * await in between, so that no pause is lost.
   *
   * @throws CancelledFailure where the job is cancelled while it waits
   */
  checkpoint(): Promise<void>;
  /**
   * Waits for something that does no work, such as a timer, but no longer than until a pause is asked for.
   *
   * @returns whether it came to its end
   */
  waitUnlessPaused(wait: () => Promise<unknown>): Promise<boolean>;
  /**
   * Waits for a child that can be paused as well, and passes pauses and their end on to it.
   *
   * @returns what the child gives
   * @throws what the child throws; of a cancel once the child has ended
   */
  follow<T extends Workflow>(child: ChildWorkflowHandle<T>): Promise<WorkflowResultType<T>>;
}

const maxTextLength = 500;
const unknownPerson = 'somebody in Temporal';

/**
 * Makes a workflow that can be paused: by the signals and updates `pause` and `resume`, from the API and from the Temporal
 * UI. Call once, before the workflow's first await. Nothing goes into the history of a job that nobody pauses.
 */
export function createSteering(report: ProgressReport): Steering {
  let wanted: Required<SteeringRequest> | undefined;
  let lastRequest = readRequest(undefined);
  let interrupt: (() => void) | undefined;
  let mayShowPause = false;
  let isPaused = false;
  let recording: Promise<void> | undefined;

  /** The next checkpoint may be minutes away, at the end of an activity: until then it is seen what has been asked for. */
  function showRequest(): void {
    if (isPaused) return;
    report.showPause(wanted, 'pausing');
    const request = { jobId: workflowInfo().workflowId, isPausing: wanted !== undefined, ...(wanted ?? lastRequest) };
    // In their order. Where one fails, as by a cancel, the checkpoint or the end of the job makes the row right.
    const record = () => recordJobPausing(request).catch(() => undefined);
    recording = recording ? recording.then(record) : record();
  }

  function pause(request?: SteeringRequest): SteeringState {
    wanted = readRequest(request);
    mayShowPause = true;
    showRequest();
    interrupt?.();
    return { isPauseWanted: true };
  }
  function resume(request?: SteeringRequest): SteeringState {
    wanted = undefined;
    lastRequest = readRequest(request);
    if (mayShowPause) showRequest();
    return { isPauseWanted: false };
  }
  const pauseDescription = 'Pauses the job at its next checkpoint. Input, which may be left out: {"by", "note"}.';
  const resumeDescription = 'Lets a paused job go on. Input, which may be left out: {"by", "note"}.';
  setHandler(pauseSignal, (request) => void pause(request), { description: pauseDescription });
  setHandler(resumeSignal, (request) => void resume(request), { description: resumeDescription });
  setHandler(pauseUpdate, pause, { description: pauseDescription, validator: validateRequest });
  setHandler(resumeUpdate, resume, { description: resumeDescription, validator: validateRequest });

  async function record(pause: Required<SteeringRequest> | undefined): Promise<void> {
    const { workflowId: jobId } = workflowInfo();
    mayShowPause = pause !== undefined;
    isPaused = pause !== undefined;
    // What is written last stays.
    if (recording) await recording;
    report.showPause(pause);
    await recordJobPause({ jobId, isPaused: pause !== undefined, ...(pause ?? lastRequest) });
  }

  /**
   * Of a pause that was taken back before it was met. A worker may have written it down and died before Temporal knew; if the
   * resume came before another took over, nothing else would ever correct the row.
   */
  async function clearPause(): Promise<void> {
    mayShowPause = false;
    await record(undefined);
  }

  /** Whether anything was asked for that no checkpoint has met. */
  const hasRequest = () => wanted !== undefined || mayShowPause;

  return {
    checkpoint: async () => {
      do {
        for (let pause = wanted; pause; pause = wanted) {
          await record(pause);
          await condition(() => wanted === undefined);
          await record(undefined);
        }
        if (mayShowPause) await clearPause();
        // One may have come meanwhile, and the next run of the workflow would know nothing of it.
      } while (hasRequest());
    },
    follow: async (child) => {
      let isOver = false;
      const result = child.result().finally(() => {
        isOver = true;
      });
      // Awaited at the end, after whoever waits here has been told.
      result.catch(() => undefined);
      // A cancel is Temporal's to pass on: the child ends by it, and that ends the wait.
      await CancellationScope.nonCancellable(async () => {
        let told: Required<SteeringRequest> | undefined;
        for (;;) {
          await condition(() => isOver || wanted !== told || (mayShowPause && !wanted));
          if (wanted === told) {
            if (!mayShowPause || wanted) break;
            await clearPause();
            continue;
          }
          told = wanted;
          if (!isOver) await passOn(child, told);
          await record(told);
        }
      });
      return result;
    },
    waitUnlessPaused: async (wait) => {
      if (wanted) return false;
      const scope = new CancellationScope();
      interrupt = () => scope.cancel();
      try {
        await scope.run(wait);
        return true;
      } catch (error) {
        const isInterrupted = scope.consideredCancelled && !CancellationScope.current().consideredCancelled;
        if (isInterrupted && isCancellation(error)) return false;
        throw error;
      } finally {
        interrupt = undefined;
      }
    },
  };
}

/** @param pause undefined: the child is to go on */
async function passOn(
  child: ChildWorkflowHandle<Workflow>,
  pause: Required<SteeringRequest> | undefined,
): Promise<void> {
  try {
    await (pause ? child.signal(pauseSignal, pause) : child.signal(resumeSignal));
  } catch (error) {
    // Temporal refuses a signal to what has ended, and what comes after it begins at a checkpoint.
    if (!(error instanceof TemporalFailure)) throw error;
  }
}

/** A signal cannot be refused, so whatever is not text counts as left out. */
function readRequest(request: SteeringRequest | undefined): Required<SteeringRequest> {
  const text = (value: unknown) => (typeof value === 'string' ? value.slice(0, maxTextLength) : '');
  return { by: text(request?.by) || unknownPerson, note: text(request?.note) };
}

/** @throws ApplicationFailure of type INVALID_REQUEST, which refuses the update and leaves nothing in the history */
function validateRequest(request?: SteeringRequest): void {
  const isText = (value: unknown) =>
    value === undefined || (typeof value === 'string' && value.length <= maxTextLength);
  if (request === undefined || request === null) return;
  if (typeof request === 'object' && isText(request.by) && isText(request.note)) return;
  throw jobFailure(
    'INVALID_REQUEST',
    `the input must be nothing, or an object whose "by" and "note" are texts of ${maxTextLength} characters at most`,
  );
}
