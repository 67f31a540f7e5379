// The inbox as a React component, typed: objects are set as properties, the element's events are callbacks. Written by
// hand over three hooks, so that it brings nothing but React itself (17 and later) and renders on a server.
import { createElement, type ReactElement, type RefCallback, useCallback, useEffect, useRef } from 'react';
import type { CarillonInbox as InboxElement } from '../carillon-inbox.ts';
import { tagName } from '../define.ts';
import type { Feed, InboxEventMap, InboxEventName } from '../index.ts';
import '../index.ts';

export interface CarillonInboxProps {
  readonly feed: Feed | null;
  readonly inline?: boolean;
  readonly open?: boolean;
  readonly theme?: 'light' | 'dark' | 'auto';
  readonly undoSeconds?: number;
  readonly lang?: string;
  readonly dir?: 'ltr' | 'rtl';
  readonly id?: string;
  readonly className?: string;
  readonly style?: Readonly<Record<string, string | number>>;
  /** The element itself, for what is no property. */
  readonly elementRef?: (element: InboxElement | null) => void;
  readonly onActivate?: (event: InboxEventMap['carillon-activate']) => void;
  readonly onCount?: (event: InboxEventMap['carillon-count']) => void;
  readonly onToggle?: (event: InboxEventMap['carillon-toggle']) => void;
  readonly onSignIn?: (event: InboxEventMap['carillon-sign-in']) => void;
}

const callbacks = {
  'carillon-activate': 'onActivate',
  'carillon-count': 'onCount',
  'carillon-toggle': 'onToggle',
  'carillon-sign-in': 'onSignIn',
} as const satisfies Record<InboxEventName, keyof CarillonInboxProps>;

export function CarillonInbox(props: CarillonInboxProps): ReactElement {
  const { feed, inline = false, open, theme, undoSeconds, elementRef, className, ...rest } = props;
  const element = useRef<InboxElement | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const attach: RefCallback<InboxElement> = useCallback((attached) => {
    element.current = attached;
    latest.current.elementRef?.(attached);
  }, []);
  useEffect(() => listen(element.current, latest), []);
  useEffect(() => {
    const { current } = element;
    if (!current) return;
    current.feed = feed;
    current.inline = inline;
    current.theme = theme ?? null;
    if (open !== undefined) current.open = open;
    if (undoSeconds !== undefined) current.undoSeconds = undoSeconds;
  }, [feed, inline, open, theme, undoSeconds]);
  return createElement(tagName, { ...attributesOf(rest), class: className, ref: attach });
}

function attributesOf({ id, lang, dir, style }: Partial<CarillonInboxProps>): Record<string, unknown> {
  return { id, lang, dir, style };
}

/** The newest callbacks are called, without listening anew at each render. */
function listen(element: InboxElement | null, latest: { readonly current: CarillonInboxProps }): () => void {
  const ending = new AbortController();
  for (const name of Object.keys(callbacks) as InboxEventName[]) {
    const call = (event: Event): void => {
      const callback = latest.current[callbacks[name]] as ((event: Event) => void) | undefined;
      callback?.(event);
    };
    element?.addEventListener(name, call, { signal: ending.signal });
  }
  return () => ending.abort();
}

/** What <carillon-inbox> takes when it is written in JSX as an element of its own (React 19). */
export interface CarillonInboxAttributes {
  feed?: Feed | null;
  inline?: boolean;
  open?: boolean;
  theme?: 'light' | 'dark' | 'auto';
  lang?: string;
  dir?: string;
  id?: string;
  class?: string;
  key?: string | number;
  ref?: RefCallback<InboxElement>;
  'oncarillon-activate'?: (event: InboxEventMap['carillon-activate']) => void;
  'oncarillon-count'?: (event: InboxEventMap['carillon-count']) => void;
  'oncarillon-toggle'?: (event: InboxEventMap['carillon-toggle']) => void;
  'oncarillon-sign-in'?: (event: InboxEventMap['carillon-sign-in']) => void;
}

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'carillon-inbox': CarillonInboxAttributes;
    }
  }
}
