// The inbox as a typed React component: objects are set as properties, and events are callbacks. It is written by hand over
// three hooks, so that it depends only on React (17 and later) and renders on a server.
import { createElement, type ReactElement, type RefCallback, useCallback, useEffect, useRef } from 'react';
import type { CarillonInbox as InboxElement } from '../carillon-inbox.ts';
import { tagName } from '../define.ts';
import type { Feed, InboxEventMap, InboxEventName, NotificationApp, Pictures, RenderItem } from '../index.ts';
import '../index.ts';

export interface CarillonInboxProps {
  readonly feed: Feed | null;
  readonly inline?: boolean;
  readonly mutes?: boolean;
  readonly open?: boolean;
  readonly theme?: 'light' | 'dark' | 'auto';
  readonly undoSeconds?: number;
  readonly apps?: readonly NotificationApp[];
  readonly pictures?: Pictures;
  readonly renderItem?: RenderItem | null;
  readonly lang?: string;
  readonly dir?: 'ltr' | 'rtl';
  readonly id?: string;
  readonly className?: string;
  readonly style?: Readonly<Record<string, string | number>>;
  /** The element itself, for what is no property. */
  readonly elementRef?: (element: InboxElement | null) => void;
  readonly onActivate?: (event: InboxEventMap['carillon-activate']) => void;
  readonly onAction?: (event: InboxEventMap['carillon-action']) => void;
  readonly onCount?: (event: InboxEventMap['carillon-count']) => void;
  readonly onToggle?: (event: InboxEventMap['carillon-toggle']) => void;
  readonly onPlace?: (event: InboxEventMap['carillon-place']) => void;
  readonly onMute?: (event: InboxEventMap['carillon-mute']) => void;
  readonly onSignIn?: (event: InboxEventMap['carillon-sign-in']) => void;
}

type Listener<Name extends InboxEventName> = (event: InboxEventMap[Name]) => void;

/** The callback of each event. */
const callbacks: {
  readonly [Name in InboxEventName]: (props: CarillonInboxProps) => Listener<Name> | undefined;
} = {
  'carillon-activate': ({ onActivate }) => onActivate,
  'carillon-action': ({ onAction }) => onAction,
  'carillon-count': ({ onCount }) => onCount,
  'carillon-toggle': ({ onToggle }) => onToggle,
  'carillon-place': ({ onPlace }) => onPlace,
  'carillon-mute': ({ onMute }) => onMute,
  'carillon-sign-in': ({ onSignIn }) => onSignIn,
};

export function CarillonInbox(props: CarillonInboxProps): ReactElement {
  const {
    feed,
    inline = false,
    mutes = false,
    open,
    theme,
    undoSeconds,
    apps,
    pictures,
    renderItem,
    elementRef,
    className,
    ...rest
  } = props;
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
    current.mutes = mutes;
    current.theme = theme ?? null;
    if (open !== undefined) current.open = open;
    if (undoSeconds !== undefined) current.undoSeconds = undoSeconds;
    if (apps) current.apps = apps;
    current.pictures = pictures ?? 'on';
    current.renderItem = renderItem ?? null;
  }, [feed, inline, mutes, open, theme, undoSeconds, apps, pictures, renderItem]);
  // As attributes too, so that what a server rendered looks the same before the script runs.
  const drawn = { inline: inline || undefined, open: open || undefined, theme, 'undo-seconds': undoSeconds };
  return createElement(tagName, { ...attributesOf(rest), ...drawn, class: className, ref: attach });
}

function attributesOf({ id, lang, dir, style }: Partial<CarillonInboxProps>): Record<string, unknown> {
  return { id, lang, dir, style };
}

/** Calls the newest callbacks, without new listeners at each render. */
function listen(element: InboxElement | null, latest: { readonly current: CarillonInboxProps }): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  const listenTo = <Name extends InboxEventName>(name: Name): void => {
    const call: Listener<Name> = (event) => callbacks[name](latest.current)?.(event);
    element?.addEventListener(name, call, { signal });
  };
  listenTo('carillon-activate');
  listenTo('carillon-action');
  listenTo('carillon-count');
  listenTo('carillon-toggle');
  listenTo('carillon-place');
  listenTo('carillon-mute');
  listenTo('carillon-sign-in');
  return () => ending.abort();
}

/** What <carillon-inbox> takes when it is written in JSX as an element of its own (React 19). */
export interface CarillonInboxAttributes {
  feed?: Feed | null;
  inline?: boolean;
  mutes?: boolean;
  open?: boolean;
  theme?: 'light' | 'dark' | 'auto';
  apps?: readonly NotificationApp[];
  pictures?: Pictures;
  renderItem?: RenderItem | null;
  lang?: string;
  dir?: string;
  id?: string;
  class?: string;
  key?: string | number;
  ref?: RefCallback<InboxElement>;
  'oncarillon-activate'?: (event: InboxEventMap['carillon-activate']) => void;
  'oncarillon-action'?: (event: InboxEventMap['carillon-action']) => void;
  'oncarillon-count'?: (event: InboxEventMap['carillon-count']) => void;
  'oncarillon-toggle'?: (event: InboxEventMap['carillon-toggle']) => void;
  'oncarillon-place'?: (event: InboxEventMap['carillon-place']) => void;
  'oncarillon-mute'?: (event: InboxEventMap['carillon-mute']) => void;
  'oncarillon-sign-in'?: (event: InboxEventMap['carillon-sign-in']) => void;
}

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'carillon-inbox': CarillonInboxAttributes;
    }
  }
}
