// <carillon-notification>: why did she not get it: what happened to a notification, overall and on each device, in the order of
// time. Content is shown only when it is asked for, and each look at it stands in the audit.
import type { ConsoleMessages } from '@carillon/words';
import { css, html, nothing, type TemplateResult } from 'lit';
import { text } from '../language.ts';
import { ago, instant, moment, number } from '../parts/format.ts';
import { look, sheet } from '../parts/look.ts';
import { marks } from '../parts/marks.ts';
import { channelName, endName, platformName, toneOf } from '../parts/names.ts';
import { Reading } from '../parts/reading.ts';
import { blank, problem } from '../parts/states.ts';
import { View } from '../parts/view.ts';
import { hashOf } from '../place.ts';
import type { Timeline } from './wire.ts';

type Device = Timeline['devices'][number];
type TimelineEvent = Timeline['events'][number];

class NotificationView extends View {
  static override properties = { ...View.properties, trouble: { state: true } };
  declare private trouble: unknown;
  readonly #timeline = new Reading<Timeline>(this);

  override entered(): void {
    this.trouble = null;
    void this.#timeline.read(() => this.desk.api.get<Timeline>(this.#path));
  }

  get #path(): string {
    return `admin/notifications/${encodeURIComponent(this.place.path[0] ?? '')}/timeline`;
  }

  override render(): TemplateResult {
    if (!this.#timeline.value)
      return html`<div class="head"><h1>${text('notification')}</h1></div>
        <section class="card">${this.#timeline.show(() => html``)}</section>`;
    const timeline = this.#timeline.value;
    const { user, events, devices } = timeline;
    const isOfAnother = ({ appId, status }: Device): boolean => appId !== timeline.appId && status === null;
    return html`
      <div class="head"><div>
        ${user ? html`<a class="up" href=${hashOf('people', [user.id])}>${marks.back}<bdi>${user.name}</bdi></a>` : nothing}
        <h1><bdi>${timeline.appNotificationId ?? text('notification')}</bdi></h1><p class="soft small mono">${timeline.id}</p></div>
        <div class="acts">${stateBadge(timeline)}<button @click=${() => void this.#timeline.again()}>${marks.again}${text('reload')}</button></div></div>
      ${problem(this.trouble)}
      <div class="two"><div class="stack">
        ${
          devices.length === 0
            ? html`<section class="card">${blank({ mark: marks.device, title: text('noDevices'), text: text('noDevicesText') })}</section>`
            : html`${reached(timeline)}${devices.filter((each) => !isOfAnother(each)).map((device) => deviceCard(device, events))}${othersCard(devices.filter(isOfAnother))}`
        }</div>
        <div class="stack"><section class="card"><header><h2>${text('overall')}</h2></header>
          ${eventList(events.filter(({ subscription }) => subscription === null))}</section>
          ${facts(timeline)}${this.#content(timeline)}</div></div>`;
  }

  #content({ mayViewContent, content }: Timeline): TemplateResult {
    return html`<section class="card"><header><h2>${text('content')}</h2></header><div class="inner stack">${
      content
        ? html`<pre dir="auto">${JSON.stringify(content, null, 2)}</pre>`
        : mayViewContent
          ? html`<p class="soft small">${text('contentText')}</p><div class="acts"><button @click=${this.#showContent}>${text('showContent')}</button></div>`
          : html`<p class="soft small">${text('contentHidden')}</p>`
    }</div></section>`;
  }

  #showContent = async (): Promise<void> => {
    this.trouble = null;
    try {
      this.#timeline.become(await this.desk.api.get<Timeline>(this.#path, { content: 'true' }));
    } catch (error) {
      this.trouble = error;
    }
  };

  static override styles = [
    look,
    sheet,
    css`
      .events { padding: .25rem 1rem .875rem; }
      .events li { position: relative; display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 .75rem; padding: .3125rem 0 .3125rem 1.375rem; padding-inline: 1.375rem 0; }
      .events li::before { content: ''; position: absolute; inset-inline-start: .25rem; top: .75rem; width: .625rem; height: .625rem; border-radius: 50%; background: var(--soft); }
      .events li:not(:last-child)::after { content: ''; position: absolute; inset-inline-start: .5rem; top: 1.5rem; bottom: -.625rem; width: .125rem; background: var(--line); }
      .events .good::before { background: var(--good); } .events .bad::before { background: var(--bad); } .events .warn::before { background: var(--mark); }
      .events time { white-space: nowrap; padding-top: .125rem; }
      .why { padding: 0 1rem .625rem; }
      .reached { display: flex; align-items: center; gap: .875rem; padding: 1rem; }
      .reached strong { font-size: 1.0625rem; letter-spacing: -.01em; }
      .reached > .line { box-sizing: content-box; width: 1.25rem; height: 1.25rem; padding: .5rem; border-radius: 50%; }
      .reached.good > .line { background: var(--good-ground); color: var(--good); }
      .reached.warn > .line { background: var(--warn-ground); color: var(--warn); }
      .reached.bad > .line { background: var(--bad-ground); color: var(--bad); }
      .others summary { padding: .875rem 1rem; font-weight: 600; }
    `,
  ];
}

const eventNames: Readonly<Record<TimelineEvent['event'], keyof ConsoleMessages>> = {
  posted: 'evPosted',
  replaced: 'evReplaced',
  committed: 'evCommitted',
  planned: 'evPlanned',
  skipped: 'evSkipped',
  attempt: 'evAttempt',
  fetched: 'evFetched',
  shown: 'evShown',
  acted: 'evActed',
  answered: 'evAnswered',
  read: 'evRead',
  activated: 'evActivated',
  dismissed: 'evDismissed',
  snoozed: 'evSnoozed',
  deleted: 'evDeleted',
  expired: 'evExpired',
  withdrawn: 'evWithdrawn',
  failed: 'evFailed',
  gone: 'evGone',
  cleared: 'evCleared',
};

/** How many devices got it, in the words of the question that brings an operator here. */
function reached(timeline: Timeline): TemplateResult {
  const own = timeline.devices.filter(({ appId }) => appId === timeline.appId);
  const count = own.filter((device) => hasReached(device, timeline.events)).length;
  const tone = count === own.length ? 'good' : count === 0 ? 'bad' : 'warn';
  return html`<section class="card reached ${tone}">${tone === 'good' ? marks.check : marks.failed}
    <div><strong class="num">${text('reachedOf', { count: number(count), all: number(own.length) })}</strong>
      <p class="small soft">${text('reachedText')}</p></div></section>`;
}

const signsOfIt: ReadonlySet<string> = new Set(['fetched', 'shown', 'acted', 'answered']);

function hasReached({ subscription, status }: Device, events: readonly TimelineEvent[]): boolean {
  return (
    status === 'accepted' ||
    (status !== null && signsOfIt.has(status)) ||
    events.some((each) => each.subscription === subscription && signsOfIt.has(each.event))
  );
}

function deviceCard(device: Device, events: readonly TimelineEvent[]): TemplateResult {
  const { subscription, status, reason, isGone, lastSeenDateTime, nextAttemptDateTime } = device;
  const own = events.filter((each) => each.subscription === subscription);
  return html`<section class="card">
    <header>${marks.device}<h2><bdi>${nameOf(device)}</bdi> <code class="soft">${subscription}</code></h2>
      ${isGone ? html`<span class="badge">${text('removed')}</span>` : nothing}
      <span class="badge ${status ? toneOf(status) : 'warn'}">${status ? endName(status) : text('notPlanned')}</span></header>
    <p class="why small soft">${kindOf(device)}${
      lastSeenDateTime
        ? html` · <span title=${moment(lastSeenDateTime)}>${text('seenAt', { time: ago(lastSeenDateTime) })}</span>`
        : html` · ${text('neverSeen')}`
    }${nextAttemptDateTime ? html` · ${text('nextAttempt', { time: ago(nextAttemptDateTime) })}` : nothing}${
      reason ? html`<br><span lang="en" dir="ltr">${reason}</span>` : nothing
    }</p>
    ${own.length > 0 ? eventList(own) : nothing}
  </section>`;
}

/** They can't get it, so that one line says so of them all. */
function othersCard(devices: readonly Device[]): TemplateResult | typeof nothing {
  if (devices.length === 0) return nothing;
  return html`<details class="card others"><summary>${text('otherDevices', { count: number(devices.length) })}</summary>
    <ul class="rows">${devices.map(
      (device) =>
        html`<li><div class="what"><span><bdi>${nameOf(device)}</bdi> <code class="soft">${device.subscription}</code></span></div>
          <div class="side small soft"><bdi>${device.appId}</bdi> · ${kindOf(device)}</div></li>`,
    )}</ul></details>`;
}

function nameOf({ displayName, platformType, subscription }: Device): string {
  return displayName ?? (platformType === null ? subscription : platformName(platformType));
}

function kindOf({ platformType, channel }: Device): string {
  const names = [platformType && platformName(platformType), channel && channelName(channel)];
  return names.filter((each) => each !== null).join(' · ');
}

function eventList(events: readonly TimelineEvent[]): TemplateResult {
  return html`<ol class="events">${events.map(
    ({ event, dateTime, kind, reason, attempt, verdict, status }) => {
      const said = [status, reason].filter((each) => each != null && each !== '').join(' · ');
      return html`<li class=${toneOf(verdict ?? event)}><div>
        <span>${text(eventNames[event], { count: number(attempt ?? 0) })}</span>${
          kind && kind !== 'notify'
            ? html` <span class="badge">${text(kind === 'fallback' ? 'kindFallback' : 'kindClear')}</span>`
            : nothing
        }
        ${
          verdict || said
            ? html`<div class="small soft wrap">${verdict ? endName(verdict) : nothing}${verdict && said ? ' · ' : nothing}${said ? html`<bdi lang="en">${said}</bdi>` : nothing}</div>`
            : nothing
        }</div>
      <time class="small soft num" datetime=${dateTime} title=${moment(dateTime)}>${instant(dateTime)}</time></li>`;
    },
  )}</ol>`;
}

function stateBadge({ removed, readState, userActionState }: Timeline): TemplateResult {
  if (removed)
    return html`<span class="badge">${text(removed === 'deleted' ? 'evDeleted' : 'evExpired')}</span>`;
  if (userActionState !== 'noInteraction')
    return html`<span class="badge good">${text(eventNames[userActionState])}</span>`;
  return readState === 'read'
    ? html`<span class="badge good">${text('evRead')}</span>`
    : html`<span class="badge warn">${text('unread')}</span>`;
}

function facts({
  user,
  appId,
  createdDateTime,
  expirationDateTime,
  contentVersion,
}: Timeline): TemplateResult {
  return html`<section class="card"><header><h2>${text('details')}</h2></header><dl class="facts inner">
    ${user ? html`<dt>${text('person')}</dt><dd><a href=${hashOf('people', [user.id])}><bdi>${user.name}</bdi></a></dd>` : nothing}
    <dt>${text('app')}</dt><dd><a href=${hashOf('apps', [appId])}><bdi>${appId}</bdi></a></dd>
    <dt>${text('evPosted')}</dt><dd>${moment(createdDateTime)}</dd>
    <dt>${text('expires')}</dt><dd>${moment(expirationDateTime)}</dd>
    <dt>${text('version')}</dt><dd class="num">${number(contentVersion)}</dd>
  </dl></section>`;
}

customElements.define('carillon-notification', NotificationView);
