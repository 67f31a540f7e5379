// The keys of a row, after the roving tab stop of WAI-ARIA: up and down move between rows, left and right between a row and
// its actions, and letters run the actions. The row's button handles Enter and the space bar.
import { type Act, actsOf } from '../view/acts.ts';
import type { InboxHost } from '../view/host.ts';
import type { ItemRow } from './rows.ts';

const pageRows = 8;

export function rowKeys(host: InboxHost, row: ItemRow): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const run = moves(host, row, event) ?? actionOf(host, row, event);
    if (!run) return;
    event.preventDefault();
    event.stopPropagation();
    run();
  };
}

function moves(host: InboxHost, row: ItemRow, event: KeyboardEvent): (() => void) | undefined {
  const to = (position: number) => () => void host.list.focusPosition(position);
  const forward = host.direction === 'rtl' ? -1 : 1;
  switch (event.key) {
    case 'ArrowDown':
      return to(row.position + 1);
    case 'ArrowUp':
      return to(row.position - 1);
    case 'PageDown':
      return to(row.position + pageRows);
    case 'PageUp':
      return to(row.position - pageRows);
    case 'Home':
      return to(1);
    case 'End':
      return to(host.list.total);
    case 'ArrowRight':
      return () => moveWithin(event, forward);
    case 'ArrowLeft':
      return () => moveWithin(event, -forward);
    case ' ':
      return pressLink(event.target);
    default:
      return undefined;
  }
}

/** Browsers follow a focused link by Enter alone. */
function pressLink(target: EventTarget | null): (() => void) | undefined {
  return target instanceof HTMLAnchorElement && target.matches('.open') ? () => target.click() : undefined;
}

function actionOf(host: InboxHost, { item, key }: ItemRow, event: KeyboardEvent): (() => void) | undefined {
  const acts = actsOf(host, item);
  const find = (...wanted: readonly Act['icon'][]): (() => void) | undefined =>
    acts.find(({ icon }) => wanted.includes(icon))?.run;
  const discard = (event.shiftKey ? undefined : find('dismiss')) ?? find('delete');
  const table: Readonly<Record<string, (() => void) | undefined>> = {
    Delete: discard,
    Backspace: discard,
    e: host.list.folds.isLong(key) ? () => host.list.toggleFold(key) : undefined,
    b: find('restore', 'unsnooze'),
    r: find('read', 'unread'),
    s: find('snooze'),
    z: () => host.actions.undo(),
  };
  return table[event.key.length === 1 ? event.key.toLowerCase() : event.key];
}

function moveWithin(event: KeyboardEvent, step: number): void {
  const row = event.currentTarget;
  if (!(row instanceof HTMLElement)) return;
  const stops = [...row.querySelectorAll<HTMLElement>('.open, .text a, .fold, .choice, .act')].filter(
    (each) => each.offsetWidth > 0,
  );
  const at = stops.findIndex((each) => each.matches(':focus'));
  stops[Math.max(0, Math.min(stops.length - 1, at + step))]?.focus();
}
