// Draws what a notification shows beside its words: its picture, its progress and the links of its actions. It is loaded once a
// row has any. Pictures come from other sites: they learn no address of this page, and their place is there before they are.
import type { Notification, NotificationAction, Progress } from '@carillon/protocol';
import { adoptStyles, html, nothing, type TemplateResult } from 'lit';
import { inboxStyles } from '../styles/inbox-styles.ts';
import type { Drawing, InboxHost } from '../view/host.ts';
import { linkOf } from './link.ts';
import { visualStyles } from './visual-styles.ts';

export const drawing: Drawing = { adoptInto, drawIcon, drawProgress, drawRest };

function adoptInto(root: HTMLElement | DocumentFragment): void {
  if (root instanceof ShadowRoot) adoptStyles(root, [...inboxStyles, visualStyles]);
}

/** In place of the sender's initial. */
function drawIcon(host: InboxHost, url: string): TemplateResult {
  return html`<img class="icon-picture" src=${url} alt="" width="32" height="32" loading="lazy" decoding="async"
    referrerpolicy="no-referrer" @error=${() => host.visual.fail(url)}>`;
}

/** What the row says after its words. */
function drawProgress({ words }: InboxHost, { value, max, label }: Progress): TemplateResult {
  const part = new Intl.NumberFormat(words.tag, { style: 'percent' }).format(value / max);
  return html`<span class="progress" part="progress">
    <progress value=${value} max=${max} aria-label=${label ?? part}></progress>
    <span class="progress-text">${label ? html`<span class="progress-label" dir="auto">${label}</span>` : nothing}<span
      class="percent">${part}</span></span></span>`;
}

/** Below the words. */
function drawRest(host: InboxHost, item: Notification): TemplateResult | typeof nothing {
  const { imageUrl, actions } = item.payload.visualContent ?? {};
  const picture = host.visual.picture(imageUrl);
  const links = (actions ?? []).flatMap((action) => linkAction(host, item, action));
  if (picture === null && links.length === 0) return nothing;
  return html`${picture === null ? nothing : drawPicture(host, picture)}
    ${links.length === 0 ? nothing : html`<div class="choices" part="choices">${links}</div>`}`;
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
