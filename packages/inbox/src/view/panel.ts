// The panel: head, list or its replacement, foot. At the bell it is a dialog above the page, on a small screen a sheet;
// inline it is a part of the page.
import { html, type TemplateResult } from 'lit';
import { renderInsteadOfList } from './empty.ts';
import { renderFoot } from './foot.ts';
import type { InboxHost } from './host.ts';
import { renderList } from './list.ts';
import { renderMenu } from './menu.ts';
import { renderHeader } from './panel-header.ts';

export function renderPanel(host: InboxHost): TemplateResult {
  const content = html`${renderHeader(host)}<slot name="header"></slot>
    <div class="content" part="content">
      ${renderInsteadOfList(host) ?? renderList(host)}
    </div>
    <slot name="footer"></slot>${renderFoot(host)}${renderMenu(host)}`;
  const keys = (event: KeyboardEvent): void => panelKeys(host, event);
  if (host.inline) {
    return html`<section class="panel" part="panel" aria-labelledby="title" dir=${host.direction} tabindex="-1" @keydown=${keys}>
      ${content}</section>`;
  }
  return html`<div class="panel" part="panel" popover="manual" role="dialog" aria-modal=${host.isSheet ? 'true' : 'false'}
    aria-labelledby="title" dir=${host.direction} tabindex="-1" @keydown=${keys}>${content}</div>`;
}

function panelKeys(host: InboxHost, event: KeyboardEvent): void {
  if (event.key === 'Escape' && !host.inline) {
    event.stopPropagation();
    host.close();
  } else if (event.key === 'Tab' && host.isSheet && !host.inline) {
    trapFocus(event);
  }
}

/** A sheet covers the page, so the focus stays within it. */
function trapFocus(event: KeyboardEvent): void {
  const panel = event.currentTarget;
  if (!(panel instanceof HTMLElement)) return;
  const stops = [...panel.querySelectorAll<HTMLElement>('a, button, select, input')].filter(
    (each) => each.tabIndex === 0 && each.offsetWidth > 0,
  );
  const active =
    stops.find((each) => each.matches(':focus')) ?? panel.querySelector<HTMLElement>(':focus') ?? panel;
  const wanted = event.shiftKey ? Node.DOCUMENT_POSITION_PRECEDING : Node.DOCUMENT_POSITION_FOLLOWING;
  if (stops.some((each) => active.compareDocumentPosition(each) & wanted && !each.contains(active))) return;
  event.preventDefault();
  stops.at(event.shiftKey ? -1 : 0)?.focus();
}
