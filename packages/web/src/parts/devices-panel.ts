// <carillon-devices>: this device with its push switch, and the
// user's other devices, to be named and removed.
import type { Requests } from '@carillon/client';
import type { Subscription } from '@carillon/protocol';
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { type DevicePush, type PushView, pushAtHub } from '../device-push.ts';
import { onLanguage, words } from '../language.ts';
import { messageOf } from '../reasons.ts';
import { createdText, describeDevice, leaseText } from './device-words.ts';
import { devicesLook } from './devices-look.ts';
import { look } from './look.ts';
import { binMark, laptopMark, pencilMark, phoneMark } from './marks.ts';
import { pushSwitch } from './push-switch.ts';

export class DevicesPanel extends LitElement {
  static override properties = {
    devices: { attribute: false },
    installationId: { attribute: false },
    pushView: { state: true },
    renaming: { state: true },
    removing: { state: true },
    problem: { state: true },
    busy: { state: true },
  };
  declare calls: Requests;
  declare push: DevicePush;
  declare installationId: string;
  /** Milliseconds since 1970. */
  declare now: () => number;
  declare devices: readonly Subscription[] | null;
  declare private pushView: PushView | null;
  declare private renaming: string | null;
  declare private removing: string | null;
  declare private problem: string | null;
  declare private busy: boolean;

  constructor() {
    super();
    this.devices = null;
    this.pushView = null;
    this.renaming = null;
    this.removing = null;
    this.problem = null;
    this.busy = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = onLanguage(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  #stop = (): void => {};

  override firstUpdated(): void {
    void this.#lookAtPush();
  }

  protected override updated(changed: PropertyValues): void {
    if (!changed.has('renaming') || this.renaming === null) return;
    this.renderRoot.querySelector<HTMLInputElement>('input[name="device"]')?.select();
  }

  async #lookAtPush(): Promise<void> {
    this.pushView = await this.push.read();
  }

  /** One action at a time; an error is shown above the list. */
  async #act(act: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.problem = null;
    try {
      await act();
    } catch (error) {
      this.problem = messageOf(error);
    }
    this.busy = false;
  }

  async #reload(): Promise<void> {
    this.devices = await this.calls.subscriptions();
  }

  #switchPush = (): void => {
    void this.#act(async () => {
      const name = this.#own ? describeDevice(this.#own) : '';
      this.pushView = await (this.#shownPush?.on ? this.push.turnOff() : this.push.turnOn(name));
      await this.#reload();
    });
  };

  #rename(event: SubmitEvent, id: string): void {
    event.preventDefault();
    const form = event.target instanceof HTMLFormElement ? event.target : undefined;
    const displayName = String(new FormData(form).get('device') ?? '').trim();
    void this.#act(async () => {
      await this.calls.updateSubscription(id, { displayName: displayName || null });
      this.renaming = null;
      await this.#reload();
    });
  }

  #remove(id: string): void {
    void this.#act(async () => {
      await this.calls.unsubscribe(id);
      this.removing = null;
      await this.#reload();
    });
  }

  get #own(): Subscription | null {
    return this.devices?.find(({ installationId }) => installationId === this.installationId) ?? null;
  }

  get #shownPush(): PushView | null {
    return this.pushView && pushAtHub(this.pushView, this.#own);
  }

  override render(): TemplateResult {
    const { text } = words();
    const own = this.#own;
    const others = (this.devices ?? []).filter((device) => device !== own);
    return html`
      ${this.problem === null ? nothing : html`<p class="problem" role="alert">${this.problem}</p>`}
      <section aria-labelledby="this">
        <h2 id="this">${text('thisDevice')}</h2>
        <ul>${own ? this.#device(own, true) : nothing}</ul>
        ${pushSwitch({ view: this.#shownPush, isBusy: this.busy, run: this.#switchPush })}
      </section>
      <section aria-labelledby="others">
        <h2 id="others">${text('otherDevices')}</h2>
        ${
          this.devices !== null && others.length === 0
            ? html`<p class="soft none">${text('noOthers')}</p>`
            : html`<ul>${others.map((device) => this.#device(device, false))}</ul>`
        }
      </section>
    `;
  }

  #device(device: Subscription, own: boolean): TemplateResult {
    const name = describeDevice(device);
    const phone =
      device.platformType === 'ios' || device.platformType === 'android' || /phone|android/i.test(name);
    return html`
      <li>
        <span class="what">${phone ? phoneMark : laptopMark}</span>
        ${this.renaming === device.id ? this.#nameForm(device) : this.#named(device, name, own)}
        ${this.removing === device.id ? this.#confirm(device, name) : nothing}
      </li>
    `;
  }

  #named(device: Subscription, name: string, own: boolean): TemplateResult {
    const { text } = words();
    return html`
      <div class="name"><strong>${name}</strong>
        <small class="soft">${device.channel ? html`<b>${text('pushOn')}</b> · ` : nothing}${createdText(device, this.now())} · ${leaseText(device, this.now())}</small>
      </div>
      <span class="acts">
        <button class="bare icon" title=${text('rename')} aria-label=${text('renameDevice', { name })} @click=${() => {
          this.renaming = device.id;
          this.removing = null;
        }}>${pencilMark}</button>
        ${
          own
            ? nothing
            : html`<button class="bare icon" title=${text('remove')} aria-label=${text('removeDevice', { name })} @click=${() => {
                this.removing = device.id;
              }}>${binMark}</button>`
        }
      </span>
    `;
  }

  #nameForm(device: Subscription): TemplateResult {
    return html`
      <form @submit=${(event: SubmitEvent) => this.#rename(event, device.id)}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key === 'Escape') this.renaming = null;
        }}>
        <input name="device" aria-label=${words().text('deviceName')} maxlength="256" autocomplete="off" .value=${describeDevice(device)}>
        <button class="main" ?disabled=${this.busy}>${words().text('save')}</button>
      </form>
    `;
  }

  #confirm(device: Subscription, name: string): TemplateResult {
    const { text } = words();
    return html`
      <div class="confirm" role="group" aria-label=${text('removeAsk', { name })}>
        <span>${text('removeText')}</span>
        <span><button class="bare" @click=${() => {
          this.removing = null;
        }}>${text('keep')}</button>
        <button class="bad" ?disabled=${this.busy} @click=${() => this.#remove(device.id)}>${text('remove')}</button></span>
      </div>
    `;
  }

  static override styles = [look, devicesLook];
}

customElements.define('carillon-devices', DevicesPanel);

declare global {
  interface HTMLElementTagNameMap {
    'carillon-devices': DevicesPanel;
  }
}
