// One device of the list: what tells it from the others, and on request the form of its name or the question before a removal.
// The panel has the state and runs what is done.
import type { OwnDevice } from '@carillon/protocol';
import { html, nothing, type TemplateResult } from 'lit';
import { words } from '../language.ts';
import { binMark, laptopMark, pencilMark, phoneMark } from '../parts/marks.ts';
import { describeDevice, deviceFacts } from './device-words.ts';

export interface DeviceRow {
  readonly device: OwnDevice;
  readonly isOwn: boolean;
  readonly shows: 'device' | 'name' | 'removal';
  readonly isBusy: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  show(what: DeviceRow['shows']): void;
  rename(displayName: string | null): void;
  remove(): void;
}

export function deviceRow(row: DeviceRow): TemplateResult {
  const { device, shows } = row;
  const name = describeDevice(device);
  const { platformType } = device;
  const phone = platformType === 'ios' || platformType === 'android' || /phone|android/i.test(name);
  return html`
    <li data-device=${device.id}>
      <span class="what">${phone ? phoneMark : laptopMark}</span>
      ${shows === 'name' ? nameForm(row) : named(row, name)}
      ${shows === 'removal' ? confirm(row, name) : nothing}
    </li>
  `;
}

function named({ device, isOwn, now, show }: DeviceRow, name: string): TemplateResult {
  const { text } = words();
  return html`
    <div class="name"><strong dir="auto">${name}</strong>
      <small class="soft">${device.isPushed ? html`<b>${text('pushOn')}</b> · ` : nothing}${deviceFacts({ device, isOwn, now }).join(' · ')}</small>
    </div>
    <span class="acts">
      <button class="bare icon rename" title=${text('rename')} aria-label=${text('renameDevice', { name })}
        @click=${() => show('name')}>${pencilMark}</button>
      ${
        isOwn
          ? nothing
          : html`<button class="bare icon remove" title=${text('remove')} aria-label=${text('removeDevice', { name })}
              @click=${() => show('removal')}>${binMark}</button>`
      }
    </span>
  `;
}

function nameForm({ device, isBusy, show, rename }: DeviceRow): TemplateResult {
  const { text } = words();
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.target instanceof HTMLFormElement ? event.target : undefined;
    rename(String(new FormData(form).get('device') ?? '').trim() || null);
  };
  return html`
    <form @submit=${submit} @keydown=${({ key }: KeyboardEvent) => key === 'Escape' && show('device')}>
      <input name="device" aria-label=${text('deviceName')} maxlength="256" autocomplete="off" .value=${describeDevice(device)}>
      <button class="main" ?disabled=${isBusy}>${text('save')}</button>
    </form>
  `;
}

function confirm({ device, isBusy, show, remove }: DeviceRow, name: string): TemplateResult {
  const { text } = words();
  return html`
    <div class="confirm" role="group" aria-label=${text('removeAsk', { name })}>
      <span>${text(device.sessionId === null ? 'removeText' : 'removeOutText')}</span>
      <span><button class="bare keep" @click=${() => show('device')}>${text('keep')}</button>
      <button class="bad" ?disabled=${isBusy} @click=${remove}>${text('remove')}</button></span>
    </div>
  `;
}
