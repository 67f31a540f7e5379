// <carillon-channel>: one push channel of an app: what to get where at the vendor, and the form that stores it. The hub checks it
// as a whole before it is stored; what is stored is shown without its secrets.
import { operatorLimits } from '@carillon/protocol';
import { css, html, nothing, type TemplateResult } from 'lit';
import { text } from '../../language.ts';
import { ago, moment, number } from '../../parts/format.ts';
import { look, sheet } from '../../parts/look.ts';
import { marks } from '../../parts/marks.ts';
import { Reading } from '../../parts/reading.ts';
import { problem } from '../../parts/states.ts';
import { View } from '../../parts/view.ts';
import { hashOf } from '../../place.ts';
import { ApiError } from '../../session/api.ts';
import type { Credentials } from '../wire.ts';
import { type ChannelField, type ChannelGuide, channelGuides } from './channels.ts';
import './channel-check.ts';

class ChannelView extends View {
  static override properties = { ...View.properties, trouble: { state: true } };
  declare private trouble: unknown;
  readonly #stored = new Reading<Credentials | null>(this);

  override entered(): void {
    this.trouble = null;
    if (this.#kind !== 'webPush') void this.#stored.read(() => this.#read());
  }

  get #app(): string {
    return this.place.path[0] ?? '';
  }

  get #kind(): string {
    return this.place.path[2] ?? '';
  }

  get #path(): string {
    return `admin/apps/${encodeURIComponent(this.#app)}/channels/${encodeURIComponent(this.#kind)}`;
  }

  async #read(): Promise<Credentials | null> {
    return this.desk.api.get<Credentials>(this.#path).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    });
  }

  override render(): TemplateResult {
    const guide = channelGuides.find(({ kind }) => kind === this.#kind);
    const back = html`<a class="up" href=${hashOf('apps', [this.#app])}>${marks.back}${this.#app}</a>`;
    if (!guide) return html`${back}<p class="problem">${text('notThere')}</p>`;
    return html`
      <div class="head"><div>${back}<h1>${guide.platform}</h1></div></div>
      <div class="two even">
        <section class="card"><header><h2>${text('whatToGet')}</h2></header><div class="inner stack">
          ${steps(text(guide.steps))}
          ${guide.vendor ? html`<div class="acts"><a class="button" href=${guide.vendor} target="_blank" rel="noreferrer" title=${text('inNewTab')}>${marks.outward}${text('openVendor')}</a></div>` : nothing}
        </div></section>
        ${guide.fields.length > 0 ? this.#form(guide) : html`<section class="card ready">${marks.check}<strong>${text('webPushReady')}</strong></section>`}
        ${this.desk.mayAct ? html`<carillon-channel-check .desk=${this.desk} .path=${this.#path}></carillon-channel-check>` : nothing}
      </div>`;
  }

  #form(guide: ChannelGuide): TemplateResult {
    return html`<section class="card"><header><h2>${text('credentials')}</h2></header><div class="inner stack">
      ${this.#stored.show((stored) =>
        stored
          ? html`<p class="note small stored" title=${moment(stored.setDateTime)}>${marks.check}<span>${text('storedSince', { time: ago(stored.setDateTime) })}</span></p>
              ${facts(stored, guide)}${this.desk.mayAct ? html`<h3>${text('replaceCredentials')}</h3>` : nothing}`
          : html`<p class="soft small">${text('nothingStored')}</p>`,
      )}
      ${
        this.desk.mayAct
          ? html`<form class="form" @submit=${(event: SubmitEvent) => this.#save(event, guide)}>
              ${guide.fields.map(field)}
              ${problem(this.trouble)}
              <div class="acts"><button class="main">${text('checkAndStore')}</button>
                ${this.#stored.value ? html`<button type="button" class="bad" @click=${this.#remove}>${text('removeCredentials')}</button>` : nothing}</div>
            </form>`
          : nothing
      }
    </div></section>`;
  }

  async #save(event: SubmitEvent, guide: ChannelGuide): Promise<void> {
    event.preventDefault();
    const { target } = event;
    if (!(target instanceof HTMLFormElement)) return;
    const entries = [...new FormData(target)].map(([name, value]) => [name, String(value).trim()]);
    this.trouble = null;
    try {
      await this.desk.api.send('PUT', this.#path, guide.body(Object.fromEntries(entries)));
      target.reset();
      this.desk.say(text('storedSaid'));
      await this.#stored.again();
    } catch (error) {
      this.trouble = error instanceof SyntaxError ? new Error(text('noJson')) : error;
    }
  }

  #remove = async (): Promise<void> => {
    const asked = {
      title: text('removeCredentialsAsk', { channel: this.#kind, app: this.#app }),
      // Read anew, since it may be long ago that the page was opened.
      text: text('removeCredentialsWill', { count: countOf(await this.#read().catch(() => null)) }),
      action: text('removeCredentials'),
    };
    if (!(await this.desk.ask(asked))) return;
    this.trouble = null;
    await this.desk.api.send('DELETE', this.#path).then(
      () => this.desk.say(text('removedCredentialsSaid')),
      (error: unknown) => {
        this.trouble = error;
      },
    );
    await this.#stored.again();
  };

  static override styles = [
    look,
    sheet,
    css`
      .steps { display: grid; gap: .625rem; counter-reset: step; }
      .steps li { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .75rem; counter-increment: step; text-wrap: pretty; }
      .steps li::before { content: counter(step); display: grid; place-items: center; width: 1.5rem; height: 1.5rem; border-radius: 50%; background: var(--tint); color: var(--mark-strong); font-size: .8125rem; font-weight: 700; }
      .stored { display: flex; align-items: center; gap: .625rem; background: var(--good-ground); color: var(--good); }
      .ready { display: flex; align-items: center; gap: .75rem; padding: 1rem; }
      .ready .line { color: var(--good); }
      h3 { padding-top: .75rem; border-top: 1px solid var(--line-soft); }
    `,
  ];
}

/** Lines that are numbered become a list. */
function steps(lines: string): TemplateResult {
  const numbered = lines.split('\n').map((line) => /^[\p{Nd}]+[.、]?\s*(.*)$/u.exec(line)?.[1]);
  if (numbered.some((each) => each === undefined)) return html`<p class="pre">${lines}</p>`;
  return html`<ol class="steps">${numbered.map((line) => html`<li><span>${line}</span></li>`)}</ol>`;
}

function field({ name, label, long, secret, placeholder }: ChannelField): TemplateResult {
  if (long)
    return html`<label><span>${label}</span><textarea class="mono" name=${name} rows="7" required spellcheck="false" autocomplete="off" dir="ltr" placeholder=${placeholder}></textarea></label>`;
  return html`<label><span>${label}</span><input name=${name} type=${secret ? 'password' : 'text'} required autocomplete="off" spellcheck="false" dir="ltr" placeholder=${placeholder}></label>`;
}

/** Counted up to a bound, which the sign behind it says. */
function countOf(stored: Credentials | null): string {
  const count = Number(stored?.waitingCount ?? 0);
  return number(count) + (count >= operatorLimits.causesOf ? '+' : '');
}

function facts(stored: Credentials, { fields }: ChannelGuide): TemplateResult {
  const shown = Object.entries(stored).filter(
    ([name]) => !['channel', 'setDateTime', 'waitingCount'].includes(name),
  );
  const labelOf = (name: string): string => fields.find((each) => each.name === name)?.label ?? name;
  return html`<dl class="facts">${shown.map(([name, value]) => html`<dt>${labelOf(name)}</dt><dd><code dir="ltr">${String(value)}</code></dd>`)}</dl>`;
}

customElements.define('carillon-channel', ChannelView);
