// A question in its row: what can be answered, a line of text where an action asks for one, a second press where it destroys something,
// until when an answer counts, and what was decided. Times compare by the hub's clock. The arrow keys of the row reach its choices.
import type { Notification, NotificationAction } from '@carillon/protocol';
import { html, nothing, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { InboxHost } from '../view/host.ts';
import { icons } from '../view/icons.ts';
import { decisionOf } from './decision.ts';

/** Whether an answer counts now. */
export function isOpen({ now }: InboxHost, item: Notification): boolean {
  return item.response === null && now < deadlineOf(item);
}

function deadlineOf({ responsePolicy, expirationDateTime }: Notification): number {
  return Date.parse(responsePolicy?.respondByDateTime ?? expirationDateTime);
}

/** What was decided, or until when it can be. */
export function drawAnswer(host: InboxHost, item: Notification): TemplateResult | typeof nothing {
  const { words, now, visual } = host;
  const { response, responsePolicy } = item;
  if (response === undefined) return nothing;
  const isDecided = response !== null || !isOpen(host, item);
  if (isDecided) {
    return html`<span class="answer" part="answer">${icons.dismiss}<span>${decisionOf(words, item)}</span>${
      response?.text ? html`<q dir="auto">${response.text}</q>` : nothing
    }</span>`;
  }
  if (!responsePolicy?.respondByDateTime) return nothing;
  const until = deadlineOf(item);
  visual.countDown(until);
  return html`<span class="answer open-until" part="deadline" role="timer" title=${words.fullTime(until)}>${icons.snooze}<span>${words.text(
    'answerWithin',
    { time: words.within(until - now) },
  )}</span></span>`;
}

export function drawChoices(host: InboxHost, item: Notification): unknown {
  const actions = (item.payload.visualContent?.actions ?? []).filter(({ url }) => url == null);
  const { asked } = host.visual;
  const more = asked?.id === item.id ? actions.find(({ id }) => id === asked.actionId) : undefined;
  if (more) return more.input ? drawReply(host, item, more) : drawConfirm(host, item, more);
  return actions.map((action) => drawChoice(host, item, action));
}

function drawChoice(host: InboxHost, item: Notification, action: NotificationAction): TemplateResult {
  const { id, title, input, destructive } = action;
  const run = (): void => {
    if (input || destructive) host.visual.ask({ id: item.id, actionId: id });
    else host.actions.respond(item, id, null);
  };
  return html`<button class="choice ${destructive ? 'destructive' : ''}" part="choice" type="button" tabindex="-1" @click=${run}><bdi>${title}</bdi></button>`;
}

function drawReply(
  host: InboxHost,
  item: Notification,
  { id, title, input, destructive }: NotificationAction,
): TemplateResult {
  const label = input?.placeholder ?? title;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const line = form instanceof HTMLFormElement ? form.querySelector('input') : null;
    host.actions.respond(item, id, line?.value ?? '');
  };
  return html`<form class="reply" part="reply" @submit=${submit} @keydown=${leaving(host, item)}>
    <input class="line" type="text" autocomplete="off" dir="auto" aria-label=${label} placeholder=${input?.placeholder ?? ''}
      maxlength=${input?.maxLength ?? 1024} ${ref(focusOnce)}>
    <button class="choice main ${destructive ? 'destructive' : ''}" part="choice" type="submit"><bdi>${title}</bdi></button>
    ${cancel(host, item)}
  </form>`;
}

function drawConfirm(host: InboxHost, item: Notification, { id, title }: NotificationAction): TemplateResult {
  return html`<div class="reply" part="confirm" role="group" aria-label=${title} @keydown=${leaving(host, item)}>
    <span class="sure">${host.words.text('answerSure')}</span>
    <button class="choice main destructive" part="choice" type="button" ${ref(focusOnce)}
      @click=${() => host.actions.respond(item, id, null)}><bdi>${title}</bdi></button>
    ${cancel(host, item)}
  </div>`;
}

function cancel(host: InboxHost, item: Notification): TemplateResult {
  return html`<button class="choice" part="choice" type="button" @click=${() => host.actions.leaveQuestion(item)}>${host.words.text('cancel')}</button>`;
}

/** Escape ends only this; what is typed is no key of the row. */
function leaving(host: InboxHost, item: Notification): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.key === 'Escape') host.actions.leaveQuestion(item);
    if (event.key === 'Escape' || !/^(Tab|Arrow(Up|Down))$/.test(event.key)) event.stopPropagation();
  };
}

/** The same function at each render: it is called once an element. */
function focusOnce(element?: Element): void {
  if (element instanceof HTMLElement) queueMicrotask(() => element.focus({ preventScroll: true }));
}
