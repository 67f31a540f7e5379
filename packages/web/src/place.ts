// What the inbox shows as the fragment of the address: `#history?show=dismissed&text=lunch`. So a reload, Back and a bookmark lead
// to the same list. Going to the history is a step of the browser's; filtering replaces the address.
import type { CarillonInbox, Place, Shown } from '@carillon/inbox/core';

const inbox: Place = { view: 'inbox', show: 'all', group: null, text: '' };
const shown: readonly Shown[] = ['all', 'unread', 'read', 'activated', 'dismissed', 'snoozed'];
const textMax = 200;

/** Empty for the inbox without a filter. */
export function hashOf({ view, show, group, text }: Place): string {
  const query = new URLSearchParams();
  if (show !== 'all') query.set('show', show);
  if (group !== null) query.set('group', group);
  if (text !== '') query.set('text', text);
  const filter = String(query);
  if (filter === '') return view === 'inbox' ? '' : `#${view}`;
  return `#${view}?${filter}`;
}

/** Null where it is no place of the inbox. */
export function placeOf(hash: string): Place | null {
  if (hash === '' || hash === '#') return inbox;
  const [, view, query] = /^#(inbox|history)(?:\?(.*))?$/.exec(hash) ?? [];
  if (view !== 'inbox' && view !== 'history') return null;
  const asked = new URLSearchParams(query);
  return {
    view,
    show: shown.find((each) => each === asked.get('show')) ?? 'all',
    group: asked.get('group'),
    text: (asked.get('text') ?? '').slice(0, textMax),
  };
}

export function followPlace(element: CarillonInbox): void {
  const show = (): void => {
    const place = placeOf(location.hash);
    if (place) element.showPlace(place);
  };
  element.addEventListener('carillon-place', ({ detail }) => {
    const url = location.pathname + hashOf(detail);
    if (placeOf(location.hash)?.view === detail.view) history.replaceState(null, '', url);
    else history.pushState(null, '', url);
  });
  addEventListener('popstate', show);
  // Its feed is new until then, and begins with the inbox.
  void element.updateComplete.then(show);
}
