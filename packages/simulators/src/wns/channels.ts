// The channels of WNS: URIs that lead to one app on one device, as CreatePushNotificationChannelForApplicationAsync
// gives them, and what is known of that device.
import { randomBytes } from 'node:crypto';
import type { WnsApp } from './token-endpoint.ts';

export type DeviceConnection = 'connected' | 'disconnected' | 'tempconnected';

export interface WnsChannelOptions {
  /** Scheme, host and port under which senders reach the simulator. */
  readonly origin: string;
  /** Client id of the app that the channel belongs to; default: the first. */
  readonly app?: string;
  /**
   * A channel of Windows Phone. Microsoft documents DELETE and X-WNS-SuppressPopup for it only. Default true: it removes
   * toasts and takes that header; false: it answers 405 and 400.
   */
  readonly removable?: boolean;
}

export interface Channel {
  readonly uri: string;
  readonly app: string;
  readonly removable: boolean;
  connection: DeviceConnection;
  expired: boolean;
}

export class Channels {
  readonly #apps: readonly WnsApp[];
  /** By path and query, since WNS knows a channel only by the whole URI. */
  readonly #channels = new Map<string, Channel>();

  constructor(apps: readonly WnsApp[]) {
    this.#apps = apps;
  }

  make({ origin, app = this.#apps[0]?.clientId ?? '', removable = true }: WnsChannelOptions): Channel {
    if (!this.#apps.some(({ clientId }) => clientId === app)) {
      throw new Error(`no app has the client id ${app}`);
    }
    const token = encodeURIComponent(`AwYAAA${randomBytes(60).toString('base64')}`);
    const path = `/wns/${randomBytes(12).toString('hex')}?token=${token}`;
    const channel: Channel = { uri: origin + path, app, removable, connection: 'connected', expired: false };
    this.#channels.set(path, channel);
    return channel;
  }

  find(path: string): Channel | undefined {
    return this.#channels.get(path);
  }

  /** Throws when there is none. */
  named(uri: string): Channel {
    const { pathname, search } = new URL(uri);
    const channel = this.find(pathname + search);
    if (!channel) throw new Error(`no channel has the URI ${uri}`);
    return channel;
  }
}
