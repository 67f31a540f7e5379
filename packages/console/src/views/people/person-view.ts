// <carillon-person>: one person of any issuer: the account where it is local, devices of all apps with their last sign of life,
// and where the person is signed in. What is dangerous asks again, and says what it will do to how many.
import { css, html, nothing, type TemplateResult } from 'lit';
import { text } from '../../language.ts';
import { moment, number } from '../../parts/format.ts';
import { look, sheet } from '../../parts/look.ts';
import { marks } from '../../parts/marks.ts';
import { type Pages, Reading } from '../../parts/reading.ts';
import { blank, problem } from '../../parts/states.ts';
import { View } from '../../parts/view.ts';
import { hashOf, type Place } from '../../place.ts';
import type { Person, ShownSubscription, User, UserSession } from '../wire.ts';
import { readDevices, readPerson, readSessions } from './read-person.ts';
import { deviceRow, sessionRow } from './rows.ts';
import { storageCard, storageLook } from './storage-card.ts';

class PersonView extends View {
  static override properties = { ...View.properties, link: { state: true }, trouble: { state: true } };
  declare private link: NonNullable<User['passwordLink']> | null;
  declare private trouble: unknown;
  readonly #person = new Reading<Person>(this);
  readonly #devices = new Reading<Pages<ShownSubscription>>(this);
  readonly #sessions = new Reading<Pages<UserSession>>(this);

  override entered({ path: [id = ''] }: Place): void {
    const { api } = this.desk;
    this.link = null;
    this.trouble = null;
    void this.#devices.read(() => readDevices(api, id));
    void this.#person.read(() => readPerson(api, id));
    void this.#sessions.read(() => readSessions(api, id));
  }

  override render(): TemplateResult {
    const back = html`<a class="up" href=${hashOf('people')}>${marks.back}${text('people')}</a>`;
    if (!this.#person.value)
      return html`${back}<section class="card">${this.#person.show(() => html``)}</section>`;
    const person = this.#person.value;
    return html`
      <div class="head"><div>${back}<h1><bdi>${person.name}</bdi></h1><p class="soft small mono">${person.id}</p></div>
        <div class="acts">${this.#badges(person)}</div></div>
      ${problem(this.trouble)}
      <div class="two"><div class="stack">${this.#deviceCard()}${person.local ? this.#sessionCard() : nothing}</div>
        <div class="stack">${this.desk.mayAct ? this.#acts(person) : nothing}${storageCard(person.storage)}</div></div>`;
  }

  #badges({ local, operator, disabled }: Person): TemplateResult {
    if (!local) return html`<span class="badge info">${text('otherIssuer')}</span>`;
    return html`
      ${operator ? html`<span class="badge warn">${text('operator')}</span>` : nothing}
      ${disabled ? html`<span class="badge bad">${text('disabled')}</span>` : html`<span class="badge good">${text('maySignIn')}</span>`}`;
  }

  #deviceCard(): TemplateResult {
    const shown = this.place.query.get('device');
    return html`<section class="card"><header><h2>${text('devices')}</h2>
        <span class="soft small num">${this.#devices.value ? number(this.#devices.value.rows.length) : ''}</span></header>
      ${this.#devices.show(({ rows }) =>
        rows.length === 0
          ? blank({ mark: marks.device, title: text('noDevices'), text: text('noDevicesText') })
          : html`<ul class="rows">${rows.map((each) => deviceRow(each, each.subscription === shown))}</ul>`,
      )}</section>`;
  }

  #sessionCard(): TemplateResult {
    return html`<section class="card"><header><h2>${text('sessions')}</h2></header>
      ${this.#sessions.show(({ rows }) =>
        rows.length === 0
          ? blank({ mark: marks.leave, title: text('noSessions') })
          : html`<ul class="rows">${rows.map((each) => sessionRow(each, this.desk.mayAct ? () => this.#signOut(each) : null))}</ul>`,
      )}</section>`;
  }

  #acts(person: Person): TemplateResult {
    const { local, disabled } = person;
    return html`<section class="card"><header><h2>${text('account')}</h2></header><div class="inner stack">
      ${
        local
          ? html`<div class="act"><p class="small soft">${text('passwordLinkText')}</p><button @click=${this.#makeLink}>${text('passwordLink')}</button></div>
            ${this.link ? html`<div class="note"><p class="small">${text('passwordLinkUntil', { time: moment(this.link.expirationDateTime) })}</p><pre dir="ltr">${this.link.url}</pre></div>` : nothing}
            ${
              disabled
                ? html`<div class="act"><p class="small soft">${text('enableText')}</p><button @click=${() => this.#enable(person)}>${text('enable')}</button></div>`
                : html`<div class="act"><p class="small soft">${text('disableText')}</p><button class="bad" @click=${() => this.#disable(person)}>${text('disable')}</button></div>`
            }`
          : nothing
      }
      <div class="act"><p class="small soft">${text('exportText')}</p><button @click=${() => this.#export(person)}>${text('export')}</button></div>
      <div class="act"><p class="small soft">${text('eraseText')}</p><button class="bad" @click=${() => this.#erase(person)}>${text('erase')}</button></div>
    </div></section>`;
  }

  async #signOut({ id }: UserSession): Promise<void> {
    const name = this.#person.value?.name ?? '';
    const asked = {
      title: text('signOutAsk'),
      text: text('signOutWill', { name }),
      action: text('signOutOf'),
    };
    if (!(await this.desk.ask(asked))) return;
    await this.#act(
      (path) => this.desk.api.send('DELETE', `${path}/sessions/${encodeURIComponent(id)}`),
      text('signedOutSaid'),
    );
  }

  #makeLink = (): void => {
    void this.#act(async (path) => {
      const { passwordLink } = await this.desk.api.send<User>('POST', `${path}/password`, {});
      this.link = passwordLink ?? null;
    });
  };

  async #disable({ name, ...held }: Person): Promise<void> {
    const sessions = number(held.sessions);
    const asked = {
      title: text('disableAsk', { name }),
      text: text('disableWill', { sessions }),
      action: text('disable'),
    };
    if (await this.desk.ask(asked))
      await this.#act(
        (path) => this.desk.api.send('POST', `${path}/disable`),
        text('disabledSaid', { name }),
      );
  }

  async #enable({ name }: Person): Promise<void> {
    await this.#act((path) => this.desk.api.send('POST', `${path}/enable`), text('enabledSaid', { name }));
  }

  async #erase({ name, ...held }: Person): Promise<void> {
    const will = text('eraseWill', {
      notifications: number(held.notifications),
      devices: number(held.subscriptions),
      sessions: number(held.sessions),
    });
    if (
      !(await this.desk.ask({
        title: text('eraseAsk', { name }),
        text: will,
        action: text('erase'),
        typed: name,
      }))
    )
      return;
    await this.#act(
      async (path) => {
        await this.desk.api.send('DELETE', path);
        location.hash = hashOf('people');
      },
      text('erasedSaid', { name }),
    );
  }

  async #export({ id }: Person): Promise<void> {
    await this.#act(async (path) => {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(await this.desk.api.readBlob(`${path}/export`));
      link.download = `carillon-${id}.jsonl`;
      link.click();
      URL.revokeObjectURL(link.href);
    }, text('exportedSaid'));
  }

  /** `said`: what is told once it is done. */
  async #act(work: (path: string) => Promise<unknown>, said: string | null = null): Promise<void> {
    const {
      path: [id = ''],
    } = this.place;
    this.trouble = null;
    try {
      await work(`admin/users/${encodeURIComponent(id)}`);
      if (said !== null) this.desk.say(said);
      if (location.hash.startsWith(hashOf('people', [id])))
        await Promise.all([this.#person.again(), this.#sessions.again()]);
    } catch (error) {
      this.trouble = error;
    }
  }

  static override styles = [
    look,
    sheet,
    storageLook,
    css`
      .act { display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: center; gap: .5rem 1rem; }
      .act p { text-wrap: pretty; }
      .act button { min-width: 7.5rem; }
      .note { display: grid; gap: .5rem; }
      @media (max-width: 30rem) { .act { grid-template-columns: minmax(0, 1fr); } }
    `,
  ];
}

customElements.define('carillon-person', PersonView);
