// The properties and attributes of <carillon-inbox>, with their defaults: what a page sets. The element is built on them.
// The types of the React component and README name the same.
import type { Feed } from '@carillon/client';
import type { NotificationApp } from '@carillon/protocol';
import { LitElement } from 'lit';
import { type Clock, systemClock } from './clock.ts';
import type { Pictures } from './view/host.ts';
import type { RenderItem } from './visual/own-rows.ts';

export class InboxProperties extends LitElement {
  static override properties = {
    feed: { attribute: false },
    clock: { attribute: false },
    inline: { type: Boolean, reflect: true },
    mutes: { type: Boolean },
    open: { type: Boolean, reflect: true },
    theme: { reflect: true },
    undoSeconds: { type: Number, attribute: 'undo-seconds' },
    apps: { attribute: false },
    pictures: {},
    renderItem: { attribute: false },
  };

  /** What is shown, and what everything goes through; null until the page has one. */
  declare feed: Feed | null;
  declare clock: Clock;
  /** Without the bell, as a part of the page; it takes the height that it is given. */
  declare inline: boolean;
  /** Rows offer to be muted, and `carillon-mute` says which. */
  declare mutes: boolean;
  declare open: boolean;
  /** `light` and `dark` force it, `auto` follows the system; absent: the page's color-scheme. */
  declare theme: 'light' | 'dark' | 'auto' | null;
  /** How long what was done can be undone. */
  declare undoSeconds: number;

  /** The senders, as `GET /me/notificationApps` answers them; absent: host names. */
  declare apps: readonly NotificationApp[];
  /** `off` loads none from other sites; a function says where each comes from. */
  declare pictures: Pictures;
  /** Draws the words of a notification in the page's own way; null leaves them to the component. */
  declare renderItem: RenderItem | null;

  constructor() {
    super();
    this.feed = null;
    this.clock = systemClock;
    this.inline = false;
    this.mutes = false;
    this.open = false;
    this.theme = null;
    this.undoSeconds = 8;
    this.apps = [];
    this.pictures = 'on';
    this.renderItem = null;
  }
}
