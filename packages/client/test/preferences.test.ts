// What a person sets on one device, against a real hub: read and changed on any, told to all, and never undone by another.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startHub, until } from '@carillon/testing/hub/hub.ts';
import { connectHub, HubError, Requests } from '../src/index.ts';
import { openPreferences } from '../src/preferences.ts';

const hub = await startHub();
after(hub.close);
const token = async () => hub.token({ user: 'alice' });
const { baseUrl } = hub;
const phone = openPreferences(new Requests({ baseUrl, token }));
const laptop = openPreferences(new Requests({ baseUrl, token }));
const groups = ({ mutes }: { mutes: readonly { groupName: string | null }[] }) =>
  mutes.map(({ groupName }) => groupName).sort();

test('a mute is made and undone on any device, and a feed is told of each change', async () => {
  const device = connectHub({ baseUrl, token, storage: 'memory' });
  after(() => device.close());
  const feed = device.feed();
  await feed.ready;
  assert.equal(feed.preferences, null);
  const muted = await phone.mute({ groupName: 'builds', lasts: 'hour' });
  assert.deepEqual(groups(muted), ['builds']);
  await until(() => feed.preferences === muted.etag, 'the change');
  const [mute] = (await laptop.read()).mutes;
  assert.ok(mute?.untilDateTime);
  const longer = await laptop.mute({ groupName: 'builds' });
  assert.equal(longer.mutes[0]?.untilDateTime, null, 'the newer takes the place of the older');
  const unmuted = await laptop.unmute(mute);
  assert.deepEqual(unmuted.mutes, []);
  await until(() => feed.preferences === unmuted.etag, 'the change back');
});

test('devices that change it at the same moment keep the changes of each', async () => {
  await Promise.all([
    phone.mute({ groupName: 'a' }),
    laptop.mute({ groupName: 'b' }),
    phone.mute({ groupName: 'c' }),
  ]);
  assert.deepEqual(groups(await laptop.read()), ['a', 'b', 'c']);
});

test('what the hub refuses is a HubError that names it', async () => {
  const isRefused = (kind: string) => (error: unknown) => error instanceof HubError && error.kind === kind;
  await assert.rejects(
    phone.mute({ lasts: 'untilTomorrow', timeZone: 'Nowhere' }),
    isRefused('invalidRequest'),
  );
  await assert.rejects(
    phone.setQuietHours({ timeZone: 'UTC', startTime: '22:00', endTime: '07:00' }),
    isRefused('accessDenied'),
  );
});
