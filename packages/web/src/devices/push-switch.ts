// The switch of this device's push, with what it means or why it can't be turned on.
// The panel of devices shows it, and runs what it does.
import { html, nothing, type TemplateResult } from 'lit';
import { words } from '../language.ts';
import type { PushView } from './device-push.ts';

export interface PushSwitch {
  /** Null until it was read. */
  readonly view: PushView | null;
  readonly isBusy: boolean;
  readonly run: () => void;
}

export function pushSwitch({ view, isBusy, run }: PushSwitch): TemplateResult {
  const { text } = words();
  const on = view?.on ?? false;
  const disabled = view === null || isBusy || (!on && !view.possible);
  return html`
    <div class="push">
      <label for="push"><span>${text('ring')}</span>
        <small class="soft" id="why">${text(view?.reason ?? 'moment')}${view?.detail ? html` (<span lang="en" dir="auto">${view.detail}</span>)` : nothing}</small>
      </label>
      <button id="push" role="switch" aria-checked=${on ? 'true' : 'false'} aria-describedby="why"
        ?disabled=${disabled} @click=${run}><i></i></button>
    </div>
  `;
}
