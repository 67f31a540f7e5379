// The four times that a snooze offers, in the user's time zone.
// Pure; a time in the past is not offered.

export type SnoozeChoice = 'snoozeHour' | 'snoozeEvening' | 'snoozeTomorrow' | 'snoozeNextWeek';

const morningHour = 8;
const eveningHour = 18;
const monday = 1;

/** The choices at this moment with the time of each, soonest first. */
export function snoozeChoices(now: number): readonly { choice: SnoozeChoice; until: number }[] {
  const hour = new Date(now).getHours();
  const untilMonday = (monday + 7 - new Date(now).getDay()) % 7 || 7;
  const choices: { choice: SnoozeChoice; until: number }[] = [
    { choice: 'snoozeHour', until: now + 3_600_000 },
    { choice: 'snoozeTomorrow', until: atHour(now, 1, morningHour) },
    { choice: 'snoozeNextWeek', until: atHour(now, untilMonday, morningHour) },
  ];
  // From 17 o'clock on, this evening is what one hour is.
  if (hour < eveningHour - 1)
    choices.splice(1, 0, { choice: 'snoozeEvening', until: atHour(now, 0, eveningHour) });
  return choices;
}

function atHour(now: number, days: number, hour: number): number {
  const date = new Date(now);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days, hour).getTime();
}

/** The form that <input type="datetime-local"> takes: local time to the minute. */
export function inputTime(time: number): string {
  const date = new Date(time);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}
