// <carillon-preferences>: the dialog that mutes what is like a notification, and the settings with what is muted and when it is
// quiet. It is loaded after the inbox. What another device sets meanwhile is shown too.
import type { Feed } from '@carillon/client';
import { openPreferences, type Preferences, type SetPreferences } from '@carillon/client/preferences';
import type { Mute, MuteSpan, Notification, NotificationPreferencesPatch } from '@carillon/protocol';
import { fill } from '@carillon/words';
import { preferences as texts } from '@carillon/words/preferences';
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { onLanguage, words } from '../language.ts';
import { look } from '../parts/look.ts';
import { messageOf } from '../reasons.ts';
import { preferencesLook } from './preferences-look.ts';
import { quietHoursForm, type Say } from './quiet-hours-form.ts';

export interface PreferencesOptions {
  readonly calls: Parameters<typeof openPreferences>[0];
  readonly feed: Pick<Feed, 'preferences' | 'subscribe'>;
  /** The UNS-ID of this browser; null before it is registered. */
  readonly readDevice: () => Promise<string | null>;
}

export class PreferencesDialog extends LitElement {
  static override properties = {
    notification: { state: true },
    set: { state: true },
    problem: { state: true },
    busy: { state: true },
    saved: { state: true },
  };
  /** What is to be muted; null where the settings are shown. */
  declare private notification: Notification | null;
  declare private set: SetPreferences | null;
  declare private problem: string | null;
  declare private busy: boolean;
  declare private saved: boolean;
  #preferences: Preferences | null = null;
  #options: PreferencesOptions | null = null;
  #device: string | null = null;
  #stops: readonly (() => void)[] = [];

  constructor() {
    super();
    this.notification = null;
    this.set = null;
    this.problem = null;
    this.busy = false;
    this.saved = false;
  }

  /** Opens it: with a notification to mute what is like it, else the settings. */
  async show(options: PreferencesOptions, notification: Notification | null): Promise<void> {
    this.#options = options;
    this.#preferences ??= openPreferences(options.calls);
    this.notification = notification;
    this.problem = null;
    this.saved = false;
    this.#stops = [onLanguage(() => this.requestUpdate()), options.feed.subscribe(() => this.#follow())];
    await this.updateComplete;
    this.renderRoot.querySelector('dialog')?.showModal();
    this.#device = await options.readDevice();
    await this.#run(({ read }) => read());
  }

  #closed = (): void => {
    for (const stop of this.#stops) stop();
    this.#stops = [];
  };

  #close = (): void => this.renderRoot.querySelector('dialog')?.close();

  /** Another device has changed them. */
  #follow(): void {
    const told = this.#options?.feed.preferences ?? null;
    if (told === null || told === this.set?.etag || this.busy) return;
    void this.#run(({ read }) => read());
  }

  async #run(change: (preferences: Preferences) => Promise<SetPreferences>): Promise<boolean> {
    if (!this.#preferences) return false;
    this.busy = true;
    try {
      this.set = await change(this.#preferences);
      this.problem = null;
    } catch (error) {
      this.problem = messageOf(error);
    }
    this.busy = false;
    return this.problem === null;
  }

  #say: Say = (key, values = {}) => fill(texts[words().tag][key], values);

  override render(): TemplateResult {
    const say = this.#say;
    const { notification } = this;
    return html`<dialog aria-labelledby="title" @close=${this.#closed}>
      <div class="head"><h1 id="title">${say(notification ? 'mute' : 'title')}</h1>
        <button class="bare" @click=${this.#close}>${say('close')}</button></div>
      ${this.problem === null ? nothing : html`<p class="problem" role="alert">${this.problem}</p>`}
      ${notification ? this.#muteForm(notification) : this.#settings()}
    </dialog>`;
  }

  /** What is set now takes the place of what was typed before. */
  override updated(changed: Map<string, unknown>): void {
    if (changed.has('set')) this.renderRoot.querySelector<HTMLFormElement>('form.quiet')?.reset();
  }

  #muteForm({ groupName, targetHostName: app, payload }: Notification): TemplateResult {
    const say = this.#say;
    const title = payload.visualContent?.title ?? app;
    const submit = (event: SubmitEvent): void => {
      event.preventDefault();
      const { currentTarget: form, submitter } = event;
      if (!(form instanceof HTMLFormElement) || !(submitter instanceof HTMLButtonElement)) return;
      const chosen = new FormData(form);
      void this.#mute({
        ...{ targetHostName: app, lasts: submitter.value as MuteSpan, timeZone: zoneHere() },
        groupName: chosen.get('what') === 'group' ? groupName : null,
        subscriptionId: chosen.get('where') === 'here' ? this.#device : null,
      });
    };
    const radio = (
      name: string,
      value: string,
      label: string,
      checked: boolean,
    ) => html`<label class="choice">
      <input type="radio" name=${name} value=${value} ?checked=${checked}><span dir="auto">${label}</span></label>`;
    const button = (lasts: MuteSpan, label: string) =>
      html`<button name="lasts" value=${lasts} ?disabled=${this.busy}>${label}</button>`;
    return html`<form @submit=${submit}>
      <p class="soft" dir="auto">${say('muteTitle', { title })}</p>
      <fieldset><legend>${say('what')}</legend>
        ${radio('what', 'app', say('wholeApp', { app }), groupName === null)}
        ${groupName === null ? nothing : radio('what', 'group', say('onlyGroup', { group: groupName }), true)}
      </fieldset>
      <fieldset><legend>${say('where')}</legend>
        ${radio('where', 'all', say('allDevices'), true)}${radio('where', 'here', say('thisDevice'), false)}
      </fieldset>
      <p class="soft">${say('help')}</p>
      <div class="spans" role="group" aria-label=${say('how')}>
        ${button('hour', say('hour'))}${button('untilTomorrow', say('tomorrow'))}${button('forGood', say('forGood'))}
      </div>
    </form>`;
  }

  async #mute(post: Parameters<Preferences['mute']>[0]): Promise<void> {
    // What is muted now is shown, where it can be undone.
    if (await this.#run(({ mute }) => mute(post))) this.notification = null;
  }

  #settings(): TemplateResult | typeof nothing {
    const say = this.#say;
    if (!this.set) return nothing;
    const { mutes, quietHours } = this.set;
    const save = async (hours: NotificationPreferencesPatch['quietHours']): Promise<void> => {
      this.saved = await this.#run(({ setQuietHours }) => setQuietHours(hours));
    };
    return html`<section aria-labelledby="muted"><h2 id="muted">${say('muted')}</h2>
        ${mutes.length === 0 ? html`<p class="soft">${say('nothingMuted')}</p>` : html`<ul>${mutes.map((each) => this.#muted(each))}</ul>`}
      </section>
      <section aria-labelledby="quiet"><h2 id="quiet">${say('quiet')}</h2>
        ${quietHoursForm({ say, quietHours, zone: quietHours?.timeZone ?? zoneHere(), busy: this.busy, save })}
        <p class="soft" role="status">${this.saved ? say('saved') : ''}</p>
      </section>`;
  }

  #muted(mute: Mute): TemplateResult {
    const say = this.#say;
    const { targetHostName, groupName, subscriptionId, untilDateTime } = mute;
    const name = groupName === null ? targetHostName : `${groupName} · ${targetHostName}`;
    const where = subscriptionId === this.#device ? 'thisDevice' : 'otherDevice';
    const time = untilDateTime === null ? null : shortTime(untilDateTime);
    const until = time === null ? say('forGood') : say('until', { time });
    return html`<li><div class="name"><strong dir="auto">${name}</strong>
      <small class="soft">${say(subscriptionId === null ? 'allDevices' : where)} · ${until}</small></div>
      <button ?disabled=${this.busy} aria-label=${`${say('unmute')}: ${name}`}
        @click=${() => void this.#run(({ unmute }) => unmute(mute))}>${say('unmute')}</button></li>`;
  }

  static override styles = [look, preferencesLook];
}

function zoneHere(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function shortTime(dateTime: string): string {
  const format = new Intl.DateTimeFormat(words().tag, { dateStyle: 'medium', timeStyle: 'short' });
  return format.format(new Date(dateTime));
}

customElements.define('carillon-preferences', PreferencesDialog);
