// <carillon-channel-check>: has the hub ask the provider of a channel whether it takes the app's pushes, and send a test push to a
// device that the operator names. What the hub answers is shown in its own words.
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { text } from '../../language.ts';
import { look, sheet } from '../../parts/look.ts';
import { problem } from '../../parts/states.ts';
import type { Desk } from '../../parts/view.ts';
import type { ChannelCheck } from '../wire.ts';

class ChannelCheckForm extends LitElement {
  static override properties = {
    desk: { attribute: false },
    path: { attribute: false },
    checked: { state: true },
    trouble: { state: true },
  };
  declare desk: Desk;
  /** Of the channel, in the admin API. */
  declare path: string;
  declare private checked: ChannelCheck | null;
  declare private trouble: unknown;

  constructor() {
    super();
    this.checked = null;
    this.trouble = null;
  }

  override render(): TemplateResult {
    const { checked } = this;
    return html`<section class="card"><header><h2>${text('checkChannel')}</h2></header><div class="inner stack">
      <p class="soft small">${text('checkChannelText')}</p>
      <form class="form" @submit=${this.#check}>
        <label><span>${text('checkDevice')}</span><input name="subscriptionId" autocomplete="off" spellcheck="false" dir="ltr"></label>
        ${problem(this.trouble)}
        <div class="acts"><button class="main">${text('checkNow')}</button></div>
      </form>
      <div role="status" class="stack">${
        checked === null
          ? nothing
          : html`${verdict(checked.ok, checked.message)}${checked.push ? verdict(checked.push.verdict === 'accepted', checked.push.message) : nothing}`
      }</div>
    </div></section>`;
  }

  #check = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const { target } = event;
    if (!(target instanceof HTMLFormElement)) return;
    const subscriptionId = String(new FormData(target).get('subscriptionId') ?? '').trim();
    this.trouble = null;
    this.checked = null;
    try {
      const body = subscriptionId === '' ? {} : { subscriptionId };
      this.checked = await this.desk.api.send<ChannelCheck>('POST', `${this.path}/check`, body);
    } catch (error) {
      this.trouble = error;
    }
  };

  static override styles = [look, sheet, css`p[lang] { text-wrap: pretty; }`];
}

function verdict(ok: boolean, message: string): TemplateResult {
  return html`<p><span class="badge ${ok ? 'good' : 'bad'}">${text(ok ? 'healthy' : 'failing')}</span> <span lang="en" dir="ltr">${message}</span></p>`;
}

customElements.define('carillon-channel-check', ChannelCheckForm);
