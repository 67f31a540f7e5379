// What a person has muted, and what is posted in quiet hours, arrives silently on every platform: stored and counted as
// always, with a tap where a push may show nothing, and in a browser without any. The person's own to set, by app.
import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import type { MutePost, NotificationPreferences } from '@carillon/protocol';
import { startDriven } from '@carillon/testing/feed/driven-push.ts';
import type { Device } from '@carillon/testing/feed/push.ts';
import { assertError } from '@carillon/testing/hub/assert-error.ts';
import { allScope, hosts, post, subscribe } from '@carillon/testing/hub/hub.ts';

const path = '/v1.0/me/notificationPreferences';
const title = 'Build 17 failed';
const hourMs = 3_600_000;

const driven = await startDriven();
after(() => driven[Symbol.asyncDispose]());
const { push, clock } = driven;
const { windows, ios, android, webPush: web } = await push.fourDevices();
const platforms = { windows, ios, android };

const inbox = () => push.hub.token({ user: 'alice', scopes: [allScope] });

/** With a token of app-a alone, unless another is given. */
function set(body: object, token = push.hub.token({ user: 'alice' }), headers = {}) {
  return push.hub.request('PATCH', path, { token, body, headers });
}

async function mute(...mutes: readonly MutePost[]): Promise<NotificationPreferences> {
  const { status, json, text } = await set({ mutes });
  assert.equal(status, 200, text);
  return json;
}

const pushed = (device: Device, id: string) => JSON.stringify(driven.about(device, id));
const visual = (more: object = {}) => ({
  payload: { visualContent: { title } },
  groupName: 'builds',
  ...more,
});

/** Posts one and tells which devices were shown it, with the reason of each delivery. */
async function arrive(more: object = {}) {
  const id = await driven.create(visual(more));
  await driven.settle();
  const rings: string[] = [];
  const reasons: Record<string, string | null> = {};
  for (const [name, device] of Object.entries({ ...platforms, web })) {
    const { status, reason } = await driven.delivery(id, device);
    reasons[name] = reason;
    if (status === 'accepted' && (name === 'web' || pushed(device, id).includes(title))) rings.push(name);
  }
  return { id, rings, reasons };
}

const everywhere = ['windows', 'ios', 'android', 'web'];

describe('what is silenced', () => {
  beforeEach(async () => {
    const { status } = await set({ mutes: [], quietHours: null }, inbox());
    assert.equal(status, 200);
  });

  describe('a muted app', () => {
    test('sends taps where they may show nothing and none to a browser, and says why and until when', async () => {
      assert.deepEqual((await arrive()).rings, everywhere);
      const { mutes } = await mute({ lasts: 'hour' });
      const until = new Date(clock.now() + hourMs).toISOString();
      assert.deepEqual(mutes, [
        {
          ...{ appId: 'app-a', targetHostName: hosts['app-a'], groupName: null, subscriptionId: null },
          untilDateTime: until,
        },
      ]);
      const before = (await driven.ask('GET', 'notifications?$count=true')).json['@odata.count'];
      const { id, rings, reasons } = await arrive();
      assert.deepEqual(rings, []);
      const reason = `muted until ${until}`;
      assert.deepEqual(reasons, { windows: reason, ios: reason, android: reason, web: reason });
      for (const device of Object.values(platforms)) {
        assert.equal((await driven.delivery(id, device)).status, 'accepted');
        assert.match(pushed(device, id), new RegExp(id));
      }
      assert.equal((await driven.delivery(id, web)).status, 'skipped');
      const list = (await driven.ask('GET', 'notifications?$count=true')).json;
      assert.equal(list['@odata.count'], before + 1, 'stored and counted as always');
      assert.equal(list.value[0].readState, 'unread');
    });

    test('raises the badge of an iPhone by an alert that shows nothing', async () => {
      await mute({});
      await arrive();
      const last = push.to(ios).map(({ payload }) => payload as { aps: { badge?: number; alert?: object } });
      assert.ok(last.some(({ aps }) => aps.alert === undefined && Number(aps.badge) > 0));
    });

    test('is explained the same way, by the device', async () => {
      await mute({ subscriptionId: ios.unsId });
      const { json } = await driven.ask('POST', 'notifications/explain', { body: post(visual()) });
      const found = (device: Device) =>
        json.value.find(({ subscriptionId }: { subscriptionId: string }) => subscriptionId === device.unsId);
      assert.equal(found(ios).decision, 'push');
      assert.equal(found(ios).reason, 'a tap: muted');
      assert.doesNotMatch(JSON.stringify(found(ios).request), new RegExp(title));
      assert.equal(found(web).decision, 'push');
      await mute({ groupName: 'builds' });
      const again = (await driven.ask('POST', 'notifications/explain', { body: post(visual()) })).json;
      const skipped = again.value.find(
        ({ subscriptionId }: { subscriptionId: string }) => subscriptionId === web.unsId,
      );
      assert.deepEqual([skipped.decision, skipped.reason], ['skip', 'muted']);
    });

    test('rings again when its hour is over, and at once when it is unmuted', async () => {
      await mute({ lasts: 'hour' });
      assert.deepEqual((await arrive()).rings, []);
      await driven.pass(hourMs, hourMs / 4);
      assert.deepEqual((await arrive()).rings, everywhere);
      await mute({ lasts: 'forGood' });
      assert.deepEqual((await arrive()).rings, []);
      await mute();
      assert.deepEqual((await arrive()).rings, everywhere);
    });

    test('shows no fallback on an iPhone, whether it was muted before or while it waited', async () => {
      const raw = {
        payload: { rawContent: 'mail' },
        fallbackPolicy: {
          endpointFallback: {
            ...{ platformTypes: ['ios'], fallbackDelayInSeconds: 60, visualContent: { title } },
          },
        },
      };
      const waiting = await driven.create(raw);
      await mute({});
      const muted = await driven.create(raw);
      await driven.pass(62_000, 1000);
      for (const id of [waiting, muted]) {
        const { status, reason } = await driven.delivery(id, ios, 'fallback');
        assert.deepEqual([status, reason], ['skipped', 'muted']);
        assert.doesNotMatch(pushed(ios, id), new RegExp(title));
      }
    });
  });

  describe('one device, or one group', () => {
    test('is silent, and the others ring', async () => {
      await mute({ subscriptionId: android.unsId }, { subscriptionId: web.unsId });
      assert.deepEqual((await arrive()).rings, ['windows', 'ios']);
      await mute({ groupName: 'builds' });
      assert.deepEqual((await arrive()).rings, []);
      assert.deepEqual((await arrive({ groupName: 'deploys' })).rings, everywhere);
      assert.deepEqual((await arrive({ groupName: null })).rings, everywhere);
    });
  });

  describe('quiet hours', () => {
    // The driven clock begins at an hour of UTC; quiet is from then on, wherever it stands.
    const hoursFrom = (minutes: number) =>
      new Date(Math.floor(clock.now() / 60_000 + minutes) * 60_000).toISOString().slice(11, 16);
    const now = () => ({ timeZone: 'UTC', startTime: hoursFrom(-5), endTime: hoursFrom(60) });

    test('are silent until they end, but for what may pass', async () => {
      const hours = now();
      const answer = await set({ quietHours: hours }, inbox());
      assert.deepEqual(answer.json.quietHours, { ...hours, passes: ['critical'] });
      const { rings, reasons } = await arrive();
      assert.deepEqual(rings, []);
      assert.match(String(reasons.web), /^quietHours until .*:00\.000Z$/);
      await set({ quietHours: { ...hours, passes: ['highPriority'] } }, inbox());
      assert.deepEqual((await arrive({ priority: 'High' })).rings, everywhere);
      assert.deepEqual((await arrive({ priority: 'Low' })).rings, []);
      await driven.pass(61 * 60_000, 20 * 60_000);
      assert.deepEqual((await arrive({ priority: 'Low' })).rings, everywhere);
    });

    test('are seen and set by an inbox over all apps alone', async () => {
      assertError(await set({ quietHours: now() }), {
        status: 403,
        code: 'accessDenied',
        target: 'quietHours',
      });
      await set({ quietHours: now() }, inbox());
      const own = await push.hub.request('GET', path, { token: push.hub.token({ user: 'alice' }) });
      assert.equal(own.json.quietHours, null);
    });

    test('are refused where they make no sense, by member', async () => {
      const bad: readonly (readonly [object, string])[] = [
        [{ ...now(), timeZone: 'Europe/Atlantis' }, 'quietHours.timeZone'],
        [{ ...now(), timeZone: '+02:00' }, 'quietHours.timeZone'],
        [{ ...now(), startTime: '24:00' }, 'quietHours.startTime'],
        [{ ...now(), endTime: '7:00' }, 'quietHours.endTime'],
        [{ timeZone: 'UTC', startTime: '22:00', endTime: '22:00' }, 'quietHours.endTime'],
        [{ ...now(), passes: ['everything'] }, 'quietHours.passes[0]'],
        [{ startTime: '22:00', endTime: '23:00' }, 'quietHours.timeZone'],
      ];
      for (const [quietHours, target] of bad)
        assertError(await set({ quietHours }, inbox()), { status: 400, code: 'invalidRequest', target });
    });
  });

  describe('what is set', () => {
    test('is read with an ETag, and changed with If-Match, so that two devices never undo each other', async () => {
      const token = push.hub.token({ user: 'alice' });
      const before = await push.hub.request('GET', path, { token });
      const etag = String(before.headers.etag);
      const first = await set({ mutes: [{ groupName: 'builds' }] }, token, { 'If-Match': etag });
      assert.equal(first.status, 200);
      assert.notEqual(first.headers.etag, etag);
      const second = await set({ mutes: [{ groupName: 'deploys' }] }, token, { 'If-Match': etag });
      assertError(second, { status: 412, code: 'resourceModified', target: 'If-Match' });
      const read = await push.hub.request('GET', path, { token });
      assert.equal(read.headers.etag, first.headers.etag);
      assert.deepEqual(
        read.json.mutes.map(({ groupName }: { groupName: string }) => groupName),
        ['builds'],
      );
      const same = await set({ mutes: read.json.mutes }, token);
      assert.equal(same.headers.etag, first.headers.etag, 'what is answered may be sent back');
    });

    test('is an app’s own for a token of one app, and all of them for an inbox', async () => {
      const other = push.hub.token({ user: 'alice', app: 'app-b' });
      await mute({ groupName: 'builds' });
      assert.equal((await set({ mutes: [{}] }, other)).status, 200);
      const seen = async (token: string) =>
        (await push.hub.request('GET', path, { token })).json.mutes.map(
          ({ appId }: { appId: string }) => appId,
        );
      assert.deepEqual(await seen(other), ['app-b']);
      assert.deepEqual(await seen(push.hub.token({ user: 'alice' })), ['app-a']);
      assert.deepEqual(await seen(inbox()), ['app-a', 'app-b']);
      assert.deepEqual(await seen(push.hub.token({ user: 'bob' })), []);
      assertError(await set({ mutes: [{ appId: 'app-a' }] }, other), {
        status: 403,
        target: 'mutes[0].appId',
      });
      const foreign = { subscriptionId: ios.unsId };
      assertError(await set({ mutes: [foreign] }, other), { status: 403, target: 'mutes[0].subscriptionId' });
      assertError(await set({ mutes: [foreign] }, push.hub.token({ user: 'bob' })), { status: 403 });
      const byHost = await set({ mutes: [{ targetHostName: hosts['app-b']?.toUpperCase() }] }, inbox());
      assert.equal(byHost.json.mutes[0].appId, 'app-b');
      assertError(await set({ mutes: [{ targetHostName: 'nobody.example' }] }, inbox()), {
        ...{ status: 400, target: 'mutes[0].targetHostName' },
      });
    });

    test('is of a device that is told of the app: on another it would never hold', async () => {
      const mine = { appId: 'app-a', subscriptionId: ios.unsId };
      assert.equal((await set({ mutes: [mine] }, inbox())).json.mutes.length, 1);
      assertError(await set({ mutes: [{ ...mine, appId: 'app-b' }] }, inbox()), {
        ...{ status: 400, target: 'mutes[0].subscriptionId' },
      });
      const body = { token: inbox(), installationId: 'over all', platformType: 'windows', channel: null };
      const subscriptionId = await subscribe(push.hub, body);
      const ofAll = await set({ mutes: [{ appId: 'app-b', subscriptionId }] }, inbox());
      assert.equal(ofAll.json.mutes[0].subscriptionId, subscriptionId);
    });

    test('takes null for every member that may be left out', async () => {
      const none = { appId: null, targetHostName: null, groupName: null, subscriptionId: null };
      const { status, json, text } = await set({
        mutes: [{ ...none, untilDateTime: null, lasts: null, timeZone: null }],
      });
      assert.equal(status, 200, text);
      assert.equal(json.mutes[0].appId, 'app-a');
      assert.equal((await set({ mutes: null })).json.mutes.length, 1, 'as left out');
      const hours = { timeZone: 'Europe/Berlin', startTime: '22:00', endTime: '07:00' };
      const quiet = await set({ quietHours: { ...hours, passes: null } }, inbox());
      assert.deepEqual(quiet.json.quietHours, { ...hours, passes: ['critical'] });
      assertError(await set({ quietHours: { ...hours, timeZone: null } }, inbox()), {
        ...{ status: 400, target: 'quietHours.timeZone' },
      });
    });

    test('until tomorrow ends where tomorrow begins for the person', async () => {
      const timeZone = 'Asia/Kathmandu';
      const { mutes } = await mute({ lasts: 'untilTomorrow', timeZone });
      const until = Date.parse(mutes[0]?.untilDateTime ?? '');
      const shown = new Intl.DateTimeFormat('sv-SE', { timeZone, timeStyle: 'medium' }).format(until);
      assert.equal(shown, '00:00:00');
      assert.ok(until > clock.now() && until <= clock.now() + 24 * hourMs);
      const without = { mutes: [{ lasts: 'untilTomorrow' }] };
      assertError(await set(without), { status: 400, target: 'mutes[0].timeZone' });
      const quietHours = { timeZone, startTime: '22:00', endTime: '07:00' };
      await set({ quietHours }, inbox());
      assert.equal((await set(without)).json.mutes[0].untilDateTime, mutes[0]?.untilDateTime);
    });

    test('is bounded, and a mute is refused that says two things or nothing that is', async () => {
      const many = (count: number) => Array.from({ length: count }, (_, at) => ({ groupName: `g${at}` }));
      assert.equal((await set({ mutes: many(50) }, inbox())).json.mutes.length, 50);
      assertError(await set({ mutes: many(51) }, inbox()), { status: 400, target: 'mutes' });
      // Of these the app's own may only become fewer, since no app may take all that the person has room for.
      assert.equal((await set({ mutes: many(20) })).json.mutes.length, 20);
      assertError(await set({ mutes: many(21) }), { status: 400, target: 'mutes' });
      const long = many(10).map(({ groupName }) => ({ groupName: groupName.padEnd(256, 'x') }));
      assertError(
        await set({ mutes: long.map(({ groupName }) => ({ groupName: `${groupName.slice(1)}ä` })) }),
        {
          ...{ status: 400, target: 'mutes' },
        },
      );
      assert.equal((await set({ mutes: long.slice(0, 7) })).json.mutes.length, 7);
      const bad: readonly (readonly [object, string])[] = [
        [{ lasts: 'hour', untilDateTime: '2040-01-01T00:00:00Z' }, 'mutes[0].lasts'],
        [{ lasts: 'week' }, 'mutes[0].lasts'],
        [{ untilDateTime: 'tomorrow' }, 'mutes[0].untilDateTime'],
        [{ groupName: 'x'.repeat(257) }, 'mutes[0].groupName'],
        [{ lasts: 'untilTomorrow', timeZone: 'Nowhere' }, 'mutes[0].timeZone'],
        [{ group: 'x' }, 'mutes[0].group'],
      ];
      for (const [each, target] of bad)
        assertError(await set({ mutes: [each] }), { status: 400, code: 'invalidRequest', target });
      const past = await set({ mutes: [{ untilDateTime: '2020-01-01T00:00:00Z' }] });
      assert.deepEqual(past.json.mutes, [], 'one that has ended is none');
    });
  });
});
