// Draws what a notification shows beside its words: its picture, its progress and its actions. It is loaded once a row has any.
// Pictures come from other sites: they learn no address of this page, and their place is there before they are.
import type { Notification, NotificationAction, Progress } from '@carillon/protocol';
import { adoptStyles, html, nothing, type TemplateResult } from 'lit';
import { inboxStyles } from '../styles/inbox-styles.ts';
import type { Drawing, InboxHost } from '../view/host.ts';
import { linkOf } from './link.ts';
import { drawAnswer, drawChoices, isOpen } from './question.ts';
import { visualStyles } from './visual-styles.ts';

export const drawing: Drawing = { adoptInto, drawIcon, drawFacts, drawRest };

function adoptInto(root: HTMLElement | DocumentFragment): void {
  if (root instanceof ShadowRoot) adoptStyles(root, [...inboxStyles, visualStyles]);
}

/** In place of the sender's initial. */
function drawIcon(host: InboxHost, url: string): TemplateResult {
  return html`<img class="icon-picture" src=${url} alt="" width="32" height="32" loading="lazy" decoding="async"
    referrerpolicy="no-referrer" @error=${() => host.visual.fail(url)}>`;
}

/** What the row says after its words. */
function drawFacts(host: InboxHost, item: Notification): unknown {
  const { progress } = item.payload.visualContent ?? {};
  return html`${progress ? drawProgress(host, progress) : nothing}${drawAnswer(host, item)}`;
}

function drawProgress({ words }: InboxHost, { value, max, label }: Progress): TemplateResult {
  const part = new Intl.NumberFormat(words.tag, { style: 'percent' }).format(value / max);
  return html`<span class="progress" part="progress">
    <progress value=${value} max=${max} aria-label=${label ?? part}></progress>
    <span class="progress-text">${label ? html`<span class="progress-label" dir="auto">${label}</span>` : nothing}<span
      class="percent">${part}</span></span></span>`;
}

/** Below the words. */
function drawRest(host: InboxHost, item: Notification): TemplateResult {
  const { actions } = item.payload.visualContent ?? {};
  const picture = host.visual.pictureOf(item, 'imageUrl');
  const choices = isOpen(host, item) ? drawChoices(host, item) : null;
  const links = (actions ?? []).flatMap((action) => linkAction(host, item, action));
  const hasChoices = choices !== null || links.length > 0;
  return html`${picture === null ? nothing : drawPicture(host, picture)}
    ${hasChoices ? html`<div class="choices" part="choices" role="group" aria-label=${host.words.text('choices')}>${choices}${links}</div>` : nothing}`;
}

function drawPicture(host: InboxHost, url: string): TemplateResult {
  return html`<img class="shown-picture" part="picture" src=${url} alt="" width="320" height="160" loading="lazy" decoding="async"
    referrerpolicy="no-referrer" @error=${() => host.visual.fail(url)}>`;
}

/** One that answers has no link. Like the links of a text it is no tab stop: the arrow keys of the row reach it. */
function linkAction(host: InboxHost, item: Notification, action: NotificationAction): TemplateResult[] {
  const href = linkOf(action.url);
  if (href === null) return [];
  const run = (event: Event): void => {
    if (!host.followAction(item, action.id)) event.preventDefault();
  };
  return [
    html`<a class="choice ${action.destructive ? 'destructive' : ''}" part="choice" href=${href} target="_blank"
      rel="noopener noreferrer" tabindex="-1" draggable="false" @click=${run}><bdi>${action.title}</bdi></a>`,
  ];
}
