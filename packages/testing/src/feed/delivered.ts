// What simulated providers delivered to one user's four devices, told by the titles of posts.
import assert from 'node:assert/strict';
import type { Delivered, Simulator } from '@carillon/simulators';
import type { Device, Platform } from './push.ts';

export const platforms = ['windows', 'ios', 'android', 'webPush'] as const;

export interface Watched {
  readonly simulator: Simulator;
  readonly devices: Readonly<Record<Platform, Device>>;
}

type Shown = (address: string, title: string) => readonly Delivered[];

/** What providers delivered of each post, told by its title, which a bare tap does not carry: one walk for all of them. */
function readShown(delivered: readonly Delivered[]): Shown {
  const found = new Map<string, Delivered[]>();
  for (const each of delivered) {
    for (const text of new Set(JSON.stringify(each.payload).match(/"(?:[^"\\]|\\.)*"/g))) {
      const key = `${each.address} ${text}`;
      const same = found.get(key);
      if (same) same.push(each);
      else found.set(key, [each]);
    }
  }
  return (address, title) => found.get(`${address} ${JSON.stringify(title)}`) ?? [];
}

/** By what the platform replaces the older of two. */
function tagOf({ provider, headers, payload }: Delivered): string | undefined {
  switch (provider) {
    case 'wns':
      return headers['x-wns-tag'];
    case 'apns':
      return headers['apns-collapse-id'];
    case 'fcm':
      return (payload as { android: { notification: { tag: string } } }).android.notification.tag;
    case 'webpush':
      return headers.topic;
  }
}

/** Every one of these devices got it, and where it came more than once it came under one name that no other post has. */
export function checkDelivered({ simulator, devices }: Watched, titles: Iterable<string>): void {
  const owners = new Map<string, string>();
  const shown = readShown(simulator.delivered);
  for (const title of titles) {
    for (const platform of platforms) {
      const { address } = devices[platform];
      const tags = new Set(shown(address, title).map(tagOf));
      assert.equal(tags.size, 1, `${title} on ${platform} came under the tags: ${[...tags].join(', ')}`);
      const [tag] = tags;
      assert.ok(tag, `${title} on ${platform} has no tag`);
      assert.equal(owners.get(`${platform} ${tag}`) ?? title, title, `the tag of ${title} on ${platform}`);
      owners.set(`${platform} ${tag}`, title);
    }
  }
}

export function countOf({ simulator, devices }: Watched, title: string): number[] {
  const shown = readShown(simulator.delivered);
  return platforms.map((each) => shown(devices[each].address, title).length);
}
