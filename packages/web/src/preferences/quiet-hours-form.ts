// The form of the quiet hours: whether, from when to when by the clock of a time zone, and what rings all the same.
// Where none are set it offers those of most nights.
import type { NotificationPreferencesPatch, Passing, QuietHours } from '@carillon/protocol';
import type { PreferencesMessages } from '@carillon/words/preferences';
import { html, type TemplateResult } from 'lit';

export type Say = (key: keyof PreferencesMessages, values?: Readonly<Record<string, string>>) => string;

export interface QuietHoursForm {
  readonly say: Say;
  readonly quietHours: QuietHours | null;
  readonly zone: string;
  readonly busy: boolean;
  readonly save: (hours: NotificationPreferencesPatch['quietHours']) => Promise<void>;
}

const passings: readonly Passing[] = ['critical', 'timeSensitive', 'highPriority'];
const offered = { startTime: '22:00', endTime: '07:00', passes: ['critical'] as readonly string[] };

export function quietHoursForm({ say, quietHours, zone, busy, save }: QuietHoursForm): TemplateResult {
  const { startTime, endTime, passes } = quietHours ?? offered;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget;
    if (!(form instanceof HTMLFormElement)) return;
    const given = new FormData(form);
    const timeOf = (name: string): string => String(given.get(name) ?? '');
    const hours = { timeZone: zone, startTime: timeOf('start'), endTime: timeOf('end') };
    const passing = passings.filter((each) => given.has(each));
    void save(given.has('quiet') ? { ...hours, passes: passing } : null);
  };
  const check = (name: string, label: string, checked: boolean) => html`<label class="choice">
    <input type="checkbox" name=${name} ?checked=${checked}><span>${label}</span></label>`;
  const time = (name: string, label: string, value: string) => html`<label><span>${label}</span>
    <input type="time" name=${name} required value=${value}></label>`;
  return html`<form class="quiet" @submit=${submit}>
      ${check('quiet', say('isQuiet'), quietHours !== null)}
      <div class="times">${time('start', say('from'), startTime)}${time('end', say('to'), endTime)}</div>
      <p class="soft">${say('quietHelp', { zone })}</p>
      <fieldset><legend>${say('passes')}</legend>
        ${passings.map((each) => check(each, say(each), passes.includes(each)))}
      </fieldset>
      <button class="main" ?disabled=${busy}>${say('save')}</button>
    </form>`;
}
