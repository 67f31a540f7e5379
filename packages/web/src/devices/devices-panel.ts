// <carillon-devices>: this device with its push switch, and the
// user's other devices, to be named and removed.
import type { OwnDevice } from '@carillon/protocol';
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { onLanguage, words } from '../language.ts';
import { look } from '../parts/look.ts';
import { messageOf } from '../reasons.ts';
import { whileSeen } from '../while-seen.ts';
import { type DevicePush, type PushView, pushAtHub } from './device-push.ts';
import { deviceRow } from './device-row.ts';
import { describeDevice } from './device-words.ts';
import { devicesLook } from './devices-look.ts';
import type { OwnDevices } from './own-devices.ts';
import { pushSwitch } from './push-switch.ts';

/** How old the list may be while the page is seen; nothing tells a page of other devices. */
const refreshMs = 20_000;

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
  declare own: OwnDevices;
  declare push: DevicePush;
  declare installationId: string;
  /** Milliseconds since 1970. */
  declare now: () => number;
  declare devices: readonly OwnDevice[] | null;
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
    const stopLanguage = onLanguage(() => this.requestUpdate());
    const stopLooking = whileSeen(refreshMs, () => void this.refresh());
    this.#stop = () => {
      stopLanguage();
      stopLooking();
    };
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  #stop = (): void => {};

  override firstUpdated(): void {
    void this.refresh();
    void this.#lookAtPush();
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

  /** Other devices come, go and get names. What is typed here is not disturbed, and a failure waits for the next time. */
  async refresh(): Promise<void> {
    if (this.busy || this.renaming !== null || this.removing !== null) return;
    await this.#reload().catch(() => {});
  }

  async #reload(): Promise<void> {
    this.devices = await this.own.list();
  }

  #switchPush = (): void => {
    void this.#act(async () => {
      const name = this.#own ? describeDevice(this.#own) : '';
      this.pushView = await (this.#shownPush?.on ? this.push.turnOff() : this.push.turnOn(name));
      await this.#reload();
    });
  };

  #rename(id: string, displayName: string | null): void {
    void this.#act(async () => {
      await this.own.rename(id, displayName);
      await this.#reload();
      this.#show(id, 'device');
    });
  }

  #remove(id: string): void {
    void this.#act(async () => {
      await this.own.remove(id);
      this.dispatchEvent(new Event('removed'));
      this.removing = null;
      await this.#reload();
      // What had the focus is gone.
      void this.#focus(null, '#others');
    });
  }

  get #own(): OwnDevice | null {
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
        <h2 id="others" tabindex="-1">${text('otherDevices')}</h2>
        ${
          this.devices !== null && others.length === 0
            ? html`<p class="soft none">${text('noOthers')}</p>`
            : html`<ul>${others.map((device) => this.#device(device, false))}</ul>
                ${this.devices === null ? nothing : html`<p class="soft help">${text('untilHelp')}</p>`}`
        }
      </section>
    `;
  }

  #device(device: OwnDevice, isOwn: boolean): TemplateResult {
    const { id } = device;
    const shows = this.renaming === id ? 'name' : this.removing === id ? 'removal' : 'device';
    return deviceRow({
      ...{ device, isOwn, shows, isBusy: this.busy, now: this.now() },
      show: (what) => this.#show(id, what),
      rename: (displayName) => this.#rename(id, displayName),
      remove: () => this.#remove(id),
    });
  }

  /** The focus goes along: into the form and the question, and back to what opened them. */
  #show(id: string, what: 'device' | 'name' | 'removal'): void {
    const back = this.renaming === id ? '.rename' : '.remove';
    this.renaming = what === 'name' ? id : null;
    this.removing = what === 'removal' ? id : null;
    void this.#focus(id, what === 'name' ? 'input' : what === 'removal' ? '.keep' : back);
  }

  async #focus(id: string | null, selector: string): Promise<void> {
    await this.updateComplete;
    const row = [...this.renderRoot.querySelectorAll('li')].find(({ dataset }) => dataset.device === id);
    const found = (row ?? this.renderRoot).querySelector<HTMLElement>(selector);
    found?.focus();
    if (found instanceof HTMLInputElement) found.select();
  }

  static override styles = [look, devicesLook];
}

customElements.define('carillon-devices', DevicesPanel);

declare global {
  interface HTMLElementTagNameMap {
    'carillon-devices': DevicesPanel;
  }
}
