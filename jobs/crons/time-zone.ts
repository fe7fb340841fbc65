/** The clock on the wall in one time zone. */
export interface WallClock {
  /** How far it is ahead of UTC at a moment. */
  offsetMs(time: Date): number;
  /** When it is next put forward or back after `from`, or undefined where that is not before `until`. */
  nextChange(from: Date, until: Date): Date | undefined;
}

const minuteMs = 60_000;
// Shorter than any time between two changes of a clock.
const searchStepMs = 7 * 24 * 60 * minuteMs;

/**
 * The name under which Temporal knows a time zone of the IANA database, or undefined where there is none such. Offsets
 * such as "+01:00" are none: Temporal does not take them. This machine knows more names than the database (PST, SystemV),
 * and does not mind case, as Temporal does: those become the canonical name of the zone.
 */
export function findTimeZone(name: string): string | undefined {
  if (!/^[A-Za-z][\w+-]*(\/[A-Za-z][\w+-]*)*$/.test(name)) return undefined;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    if (!canonicalTimeZones.has(timeZone)) return undefined;
    // The canonical name here is often one that the database has given up, as Asia/Calcutta is for Asia/Kolkata.
    const isPlace = timeZone.toLowerCase() !== name.toLowerCase() && placeName.test(name);
    return isPlace ? name : timeZone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const canonicalTimeZones: ReadonlySet<string> = new Set(['UTC', ...Intl.supportedValuesOf('timeZone'), ...etcZones()]);

/** Zones without a place, of which the list of this machine has none. */
function etcZones(): string[] {
  const hours = Array.from({ length: 15 }, (_, hour) => hour).slice(1);
  return hours.flatMap((hour) => [`Etc/GMT-${hour}`, ...(hour <= 12 ? [`Etc/GMT+${hour}`] : [])]);
}

// As the database writes the names of places: every word begins with a capital letter.
const word = '[A-Z][a-z]+';
const placeName = new RegExp(
  `^(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)(/${word}(_${word}|_of_${word}|-${word})*){1,2}$`,
);

const clocks = new Map<string, WallClock>();

/** @throws RangeError where there is no such time zone */
export function wallClock(timeZone: string): WallClock {
  const known = clocks.get(timeZone);
  if (known) return known;
  const clock = createWallClock(timeZone);
  clocks.set(timeZone, clock);
  return clock;
}

function createWallClock(timeZone: string): WallClock {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });

  function offsetMs(time: Date): number {
    const text = format.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const match = /^GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(text);
    if (!match) return 0;
    const [, sign, hours, minutes, seconds = '0'] = match;
    const size = (Number(hours) * 60 + Number(minutes)) * minuteMs + Number(seconds) * 1_000;
    return sign === '-' ? -size : size;
  }

  return {
    offsetMs,
    nextChange(from, until) {
      const before = offsetMs(from);
      const differs = (timeMs: number) => offsetMs(new Date(timeMs)) !== before;
      let low = from.getTime();
      let high = low;
      do {
        low = high;
        high = Math.min(low + searchStepMs, until.getTime());
        if (high <= low) return undefined;
      } while (!differs(high));
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if (differs(middle)) high = middle;
        else low = middle;
      }
      return new Date(high);
    },
  };
}
