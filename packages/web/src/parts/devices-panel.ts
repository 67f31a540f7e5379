// <carillon-devices>: this device with its push switch, and the
// user's other devices, to be named and removed.
import type { Requests } from '@carillon/client';
import type { Subscription } from '@carillon/protocol';
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { type DevicePush, type PushView, pushAtHub } from '../device-push.ts';
import { messageOf } from '../reasons.ts';
import { createdText, describeDevice, leaseText } from './device-words.ts';
import { devicesLook } from './devices-look.ts';
import { look } from './look.ts';
import { binMark, laptopMark, pencilMark, phoneMark } from './marks.ts';

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
    const own = this.#own;
    const others = (this.devices ?? []).filter((device) => device !== own);
    return html`
      ${this.problem === null ? nothing : html`<p class="problem" role="alert">${this.problem}</p>`}
      <section aria-labelledby="this">
        <h2 id="this">This device</h2>
        <ul>${own ? this.#device(own, true) : nothing}</ul>
        ${this.#pushSwitch()}
      </section>
      <section aria-labelledby="others">
        <h2 id="others">Other devices</h2>
        ${
          this.devices !== null && others.length === 0
            ? html`<p class="soft none">Sign in on your phone or another browser, and it appears here. What you handle on one is settled on all.</p>`
            : html`<ul>${others.map((device) => this.#device(device, false))}</ul>`
        }
      </section>
    `;
  }

  #pushSwitch(): TemplateResult {
    const view = this.#shownPush;
    const on = view?.on ?? false;
    const disabled = view === null || this.busy || (!on && !view.possible);
    return html`
      <div class="push">
        <label for="push"><span>Ring while closed</span>
          <small class="soft" id="why">${view?.reason ?? 'One moment …'}</small>
        </label>
        <button id="push" role="switch" aria-checked=${on ? 'true' : 'false'} aria-describedby="why"
          ?disabled=${disabled} @click=${this.#switchPush}><i></i></button>
      </div>
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
    return html`
      <div class="name"><strong>${name}</strong>
        <small class="soft">${device.channel ? html`<b>Push on</b> · ` : nothing}${createdText(device, this.now())} · ${leaseText(device, this.now())}</small>
      </div>
      <span class="acts">
        <button class="bare icon" title="Rename" aria-label="Rename ${name}" @click=${() => {
          this.renaming = device.id;
          this.removing = null;
        }}>${pencilMark}</button>
        ${
          own
            ? nothing
            : html`<button class="bare icon" title="Remove" aria-label="Remove ${name}" @click=${() => {
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
        <input name="device" aria-label="Name of the device" maxlength="256" autocomplete="off" .value=${describeDevice(device)}>
        <button class="main" ?disabled=${this.busy}>Save</button>
      </form>
    `;
  }

  #confirm(device: Subscription, name: string): TemplateResult {
    return html`
      <div class="confirm" role="group" aria-label="Remove ${name}?">
        <span>It gets no more pushes. To sign it out, sign out there.</span>
        <span><button class="bare" @click=${() => {
          this.removing = null;
        }}>Keep</button>
        <button class="bad" ?disabled=${this.busy} @click=${() => this.#remove(device.id)}>Remove</button></span>
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
