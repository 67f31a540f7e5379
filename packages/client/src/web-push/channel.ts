// A browser's push subscription (Push API) as the channel that the hub takes: https://www.w3.org/TR/push-api/. Pages and
// workers register with it alike.
import type { Channel } from '@carillon/protocol';

export function channelOf(subscription: Pick<PushSubscription, 'toJSON'>): Channel {
  const { endpoint = '', keys = {} } = subscription.toJSON();
  return { type: 'webPush', endpoint, keys: { p256dh: keys.p256dh ?? '', auth: keys.auth ?? '' } };
}
