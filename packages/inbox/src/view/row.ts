// One notification: a button over its whole width that opens it, its text with links over that, and beside it the other
// actions. The text is the app's and has its own direction; what is longer than two lines unfolds.
import type { Notification } from '@carillon/protocol';
import { html, nothing, type TemplateResult } from 'lit';
import { shownAs } from '../list/filtered-items.ts';
import { rowKeys } from '../list/row-keys.ts';
import type { ItemRow } from '../list/rows.ts';
import { swipe } from '../list/swipe.ts';
import { linkOf } from '../visual/link.ts';
import { actsOf } from './acts.ts';
import type { InboxHost } from './host.ts';
import { icons } from './icons.ts';
import { linkedText } from './linked-text.ts';

export interface RowPlace {
  /** Pixels of rows above and below that are not in the document. */
  readonly before: number;
  readonly after: number;
  readonly isActive: boolean;
}

export function titleOf({ payload }: Notification, words: InboxHost['words']): string {
  return payload.visualContent?.title ?? words.text('untitled');
}

export function renderRow(host: InboxHost, row: ItemRow, place: RowPlace): TemplateResult {
  const { item, isGrouped, isGroupEnd } = row;
  const grouped = isGrouped ? `grouped ${isGroupEnd ? 'group-end' : ''}` : '';
  const isUnread = item.readState === 'unread';
  const shown = shownAs(item);
  return html`<div class="row ${shown} ${grouped} ${item.priority === 'Low' ? 'low' : ''} ${urgencyOf(item) ?? ''}"
    part="row ${isUnread ? 'row-unread' : ''}" role="listitem" data-row=${row.key} .style=${`margin-block:${place.before}px ${place.after}px`}
    aria-posinset=${row.position} aria-setsize=${host.list.total}
    @focusin=${() => host.list.activate(row)} @keydown=${rowKeys(host, row)} ${shown === 'snoozed' || host.view === 'history' ? nothing : swipe(host, item)}>
    <div class="face">
      ${opener(host, row, place)}${content(host, row, isUnread)}
    </div>
    ${actions(host, item)}
  </div>`;
}

/** A link where it leads somewhere, so that a browser says where and takes its own keys and clicks. */
function opener(host: InboxHost, { item, key }: ItemRow, { isActive }: RowPlace): TemplateResult {
  const href = linkOf(item.payload.visualContent?.url);
  const [index, label] = [isActive ? 0 : -1, `dot-${key} text-${key}`];
  if (href === null)
    return html`<button class="open" type="button" tabindex=${index} aria-labelledby=${label} @click=${() => host.activate(item)}></button>`;
  const follow = (event: Event): void => {
    if (!host.activate(item)) event.preventDefault();
  };
  return html`<a class="open" href=${href} target="_blank" rel="noopener noreferrer" draggable="false" tabindex=${index}
    aria-labelledby=${label} @click=${follow}></a>`;
}

/** The text lies over the button, and lets presses through to it; only its links take them. */
function content(
  host: InboxHost,
  { item, key, time, isGrouped }: ItemRow,
  isUnread: boolean,
): TemplateResult {
  const { words, now } = host;
  const { lang } = item.payload.visualContent ?? {};
  const slot = host.slotOf(item);
  const drawing = hasMore(host, item) ? host.visual.drawing : null;
  const icon = drawing && host.visual.iconOf(item);
  return html`<span class="dot" part="dot" id="dot-${key}">${isUnread ? html`<span class="hidden">${words.text('unreadMark')}. </span>` : nothing}</span>
    <span class="avatar ${icon ? 'pictured' : ''}" part="avatar" aria-hidden="true" .style=${`--hue:${hueOf(item.targetHostName)}`}>${
      icon ? drawing?.drawIcon(host, icon) : initial(host.visual.nameOf(item))
    }</span>
    <div class="text"><div class="said" id="text-${key}">
      <span class="meta"><span class="app" part="app" title=${item.targetHostName}>${host.visual.nameOf(item)}</span>${note(host, item, isGrouped)}
        <time part="time" datetime=${item.createdDateTime} title=${words.fullTime(time)}>${words.ago(time, now)}</time></span>
      <div class="words" lang=${lang ?? nothing}>${slot === null ? texts(host, item, key) : html`<slot name=${slot}>${texts(host, item, key)}</slot>`}${
        drawing?.drawFacts(host, item) ?? nothing
      }</div>
      </div>${fold(host, key)}${drawing?.drawRest(host, item) ?? nothing}
    </div>`;
}

/** In the app's own direction; each is isolated, so that it turns nothing around it. */
function texts({ list, words }: InboxHost, item: Notification, key: string): TemplateResult {
  const { body, dir } = item.payload.visualContent ?? {};
  const whole = list.folds.isOpen(key) ? 'whole' : '';
  return html`<span class="name ${whole}" part="name" dir=${dir ?? 'auto'}>${linkedText(titleOf(item, words))}</span>
    ${body ? html`<span class="body ${whole}" part="body" dir=${dir ?? 'auto'}>${linkedText(body)}</span>` : nothing}`;
}

function hasMore(host: InboxHost, item: Notification): boolean {
  const { imageUrl, actions, progress } = item.payload.visualContent ?? {};
  return Boolean(imageUrl || actions || progress || item.response) || host.visual.iconOf(item) !== null;
}

function fold({ list, words }: InboxHost, key: string): TemplateResult | typeof nothing {
  if (!list.folds.isLong(key)) return nothing;
  const isOpen = list.folds.isOpen(key);
  return html`<button class="fold" part="fold" type="button" tabindex="-1" aria-expanded=${isOpen ? 'true' : 'false'}
    @click=${() => list.toggleFold(key)}>${words.text(isOpen ? 'fold' : 'unfold')}</button>`;
}

/** The line beside the app's name: the group, low priority, and what became of it. */
function note({ words }: InboxHost, item: Notification, isGrouped: boolean): TemplateResult[] {
  const notes: string[] = [];
  const level = urgencyOf(item);
  if (item.groupName !== null && !isGrouped) notes.push(item.groupName);
  if (item.priority === 'Low') notes.push(words.text('lowPriority'));
  const chips = notes.map((each) => html`<span class="note" part="note">${each}</span>`);
  if (level)
    chips.unshift(html`<span class="urgency" part="urgency">${icons.urgent}${words.text(level)}</span>`);
  const became = becameOf(item, words);
  return became === null ? chips : [...chips, html`<span class="became" part="state">${became}</span>`];
}

/** Those that ask for attention at once. */
function urgencyOf({ payload }: Notification): 'timeSensitive' | 'critical' | null {
  const level = payload.visualContent?.interruptionLevel;
  return level === 'timeSensitive' || level === 'critical' ? level : null;
}

function becameOf(item: Notification, words: InboxHost['words']): string | null {
  if (item.response) return null;
  if (item.userActionState === 'activated') return words.text('activated');
  if (item.userActionState === 'dismissed') return words.text('handled');
  if (item.userActionState !== 'snoozed' || item.snoozeUntilDateTime === null) return null;
  return words.text('snoozedUntil', { time: words.shortTime(Date.parse(item.snoozeUntilDateTime)) });
}

function actions(host: InboxHost, item: Notification): TemplateResult {
  const { words } = host;
  const tool = (icon: keyof typeof icons, label: string, run: () => void): TemplateResult => html`<button
    class="act ${icon}" part="action" type="button" tabindex="-1" aria-label=${label} title=${label} @click=${run}>${icons[icon]}</button>`;
  return html`<div class="acts" part="actions" role="group" aria-label=${titleOf(item, words)}>
    ${actsOf(host, item).map(({ icon, label, run }) => tool(icon, words.text(label), run))}
    ${tool('more', words.text('more'), () => host.openMenu(item, 'actions'))}
  </div>`;
}

function initial(hostName: string): string {
  return hostName
    .replace(/^www\./, '')
    .charAt(0)
    .toUpperCase();
}

/** The same app has the same tint everywhere. */
function hueOf(hostName: string): number {
  let hash = 0;
  for (const character of hostName) hash = (hash * 31 + character.charCodeAt(0)) % 360;
  return hash;
}
