// What a notification shows, on all four platforms over real connections: each member in the words of each platform, as the
// provider that is as strict as the real one took it, and what was dropped, in the dry run and in the deliveries.
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import type { Delivery, Explanation, VisualContent, VisualMember } from '@carillon/protocol';
import type { Delivered } from '@carillon/simulators';
import { type Device, type Platform, startPush } from '@carillon/testing/feed/push.ts';
import { post, until } from '@carillon/testing/hub/hub.ts';

const push = await startPush();
after(() => push[Symbol.asyncDispose]());
const { hub, simulator } = push;
const token = hub.token({ user: 'alice' });
const platforms = ['windows', 'ios', 'android', 'webPush'] as const;
const devices = await push.fourDevices();
const appA = hub.registry.apps.findById('app-a');
assert.ok(appA);
await hub.registry.apps.put({ ...appA, urlSchemes: ['shop'], clickAction: 'a.example.OPEN' });

const url = 'https://a.example/orders/7?a=1&b="2"';
const full: VisualContent = {
  title: 'Deploy <214>?',
  body: 'All checks have passed.',
  url,
  iconUrl: 'https://a.example/icon.png?a=1&b=2',
  imageUrl: 'https://a.example/214.png?a=1&b=2',
  actions: [
    { id: 'approve', title: 'Deploy & go' },
    { id: 'reject', title: 'No', destructive: true, input: { placeholder: 'Why "no"?', maxLength: 200 } },
    { id: 'log', title: 'Log', url: 'shop://214/log' },
  ],
  sound: 'chime',
  category: 'deploys',
  interruptionLevel: 'timeSensitive',
  lang: 'en-GB',
  dir: 'rtl',
  progress: { value: 1, max: 3, label: 'Stages' },
};

async function create(visualContent: object, more: object = {}): Promise<string> {
  const body = post({ payload: { visualContent }, ...more });
  const { json, text, status } = await hub.request('POST', '/v1.0/me/notifications', { token, body });
  assert.ok(status === 201 || status === 200, text);
  return json.id as string;
}

const isBadge = ({ headers }: Delivered) => headers['x-wns-type'] === 'wns/badge';

/** As each device gets it. */
async function delivered(visual: object) {
  const id = await create(visual);
  const got = await Promise.all(
    platforms.map((each) =>
      simulator.waitFor((one) => one.address === devices[each].address && names(one, id) && !isBadge(one)),
    ),
  );
  const [windows, ios, android, web] = got as [Delivered, Delivered, Delivered, Delivered];
  return {
    id,
    wns: { headers: windows.headers, ...(windows.payload as { xml: string }) },
    // biome-ignore lint/suspicious/noExplicitAny: what a test asserts on is what it checks
    apns: ios.payload as any,
    // biome-ignore lint/suspicious/noExplicitAny: what a test asserts on is what it checks
    fcm: android.payload as any,
    // biome-ignore lint/suspicious/noExplicitAny: what a test asserts on is what it checks
    web: { headers: web.headers, ...(web.payload as any) },
  };
}

/** A toast that opens a link names its notification by its tag alone: those that are looked for have none. */
function names({ payload }: Delivered, id: string): boolean {
  return JSON.stringify(payload).includes(id);
}

async function rows(id: string): Promise<Delivery[]> {
  const { json } = await hub.request('GET', `/v1.0/me/notifications/${id}/deliveries`, { token });
  return json.value;
}

async function droppedOn(id: string): Promise<Record<Platform, readonly VisualMember[]>> {
  const of = async (device: Device) => {
    const found = async () => (await rows(id)).find(({ subscriptionId }) => subscriptionId === device.unsId);
    await until(async () => (await found())?.status === 'accepted');
    return (await found())?.dropped ?? [];
  };
  const [windows, ios, android, webPush] = await Promise.all(platforms.map((each) => of(devices[each])));
  return { windows: windows ?? [], ios: ios ?? [], android: android ?? [], webPush: webPush ?? [] };
}

async function explained(visualContent: object): Promise<Record<Platform, Explanation>> {
  const body = post({ payload: { visualContent } });
  const answer = await hub.request('POST', '/v1.0/me/notifications/explain', { token, body });
  assert.equal(answer.status, 200, answer.text);
  const value = answer.json.value as Explanation[];
  const of = (platform: Platform) =>
    value.find(({ subscriptionId }) => subscriptionId === devices[platform].unsId) as Explanation;
  return { windows: of('windows'), ios: of('ios'), android: of('android'), webPush: of('webPush') };
}

suite('all members at once', () => {
  test('are taken by all four providers, and each says what it can not show', async () => {
    const dry = await explained(full);
    const expected = {
      windows: ['dir'],
      ios: ['iconUrl', 'lang', 'dir'],
      android: ['iconUrl', 'lang', 'dir'],
      webPush: ['sound', 'category'],
    };
    for (const each of platforms) assert.deepEqual(dry[each].dropped, expected[each], each);
    const id = await create(full);
    assert.deepEqual(await droppedOn(id), expected);
  });

  test('stand in the toast as Windows has them', async () => {
    const dry = await explained(full);
    const { headers, body } = dry.windows.request as NonNullable<Explanation['request']>;
    assert.equal(headers['x-wns-suppresspopup'], undefined);
    const id = /notificationId&quot;:&quot;([^&]+)/.exec(String(body))?.[1];
    const answer = (actionId: string) =>
      `{&quot;v&quot;:1,&quot;kind&quot;:&quot;action&quot;,&quot;notificationId&quot;:&quot;${id}&quot;,&quot;actionId&quot;:&quot;${actionId}&quot;}`;
    assert.equal(
      body,
      '<toast activationType="protocol" launch="https://a.example/orders/7?a=1&amp;b=&quot;2&quot;" scenario="urgent" useButtonStyle="true">' +
        '<visual lang="en-GB"><binding template="ToastGeneric"><text>Deploy &lt;214&gt;?</text><text>All checks have passed.</text>' +
        '<image placement="hero" src="https://a.example/214.png?a=1&amp;b=2"/>' +
        '<image placement="appLogoOverride" src="https://a.example/icon.png?a=1&amp;b=2"/>' +
        '<progress value="0.3333" status="Stages"/></binding></visual>' +
        '<audio src="ms-appx:///chime"/>' +
        '<actions><input id="reject" type="text" placeHolderContent="Why &quot;no&quot;?"/>' +
        `<action content="Deploy &amp; go" arguments="${answer('approve')}" activationType="background"/>` +
        `<action content="No" arguments="${answer('reject')}" activationType="background" hint-inputId="reject" hint-buttonStyle="Critical"/>` +
        '<action content="Log" arguments="shop://214/log" activationType="protocol"/></actions>' +
        '<header id="deploys" title="deploys" arguments="deploys"/></toast>',
    );
  });

  test('stand in the payload as Apple has them', async () => {
    const { id, apns } = await delivered({ ...full, url: null });
    assert.deepEqual(apns.aps, {
      alert: { title: full.title, body: 'All checks have passed.\nStages 33 %' },
      badge: apns.aps.badge,
      sound: 'chime',
      'mutable-content': 1,
      category: 'deploys',
      'interruption-level': 'time-sensitive',
    });
    const { unreadCount, close: _, ...tap } = apns.carillon;
    assert.equal(unreadCount, apns.aps.badge);
    const links = { imageUrl: full.imageUrl, actions: ['approve', 'reject', 'log'] };
    assert.deepEqual(tap, { v: 1, kind: 'tap', notificationId: id, ...links });
    const linked = (await explained(full)).ios.request?.body as { aps: object; carillon: object };
    assert.equal(Reflect.get(linked.aps, 'target-content-id'), url);
    assert.equal(Reflect.get(linked.carillon, 'url'), url);
  });

  test('stand in the message as Android has them', async () => {
    const { fcm } = await delivered({ ...full, url: null });
    assert.deepEqual(fcm.notification, {
      title: full.title,
      body: 'All checks have passed.\nStages 33 %',
      image: full.imageUrl,
    });
    const { tag, notification_count: count, ...shown } = fcm.android.notification;
    assert.ok(tag && count);
    const asked = { sound: 'chime', channel_id: 'deploys', notification_priority: 'PRIORITY_HIGH' };
    assert.deepEqual(shown, asked);
    assert.deepEqual(JSON.parse(fcm.data.actions), full.actions);
    assert.equal(fcm.data.url, undefined);
    const linked = (await explained(full)).android.request?.body as {
      message: { data: { url: string }; android: { notification: { click_action: string } } };
    };
    assert.equal(linked.message.data.url, url);
    assert.equal(linked.message.android.notification.click_action, 'a.example.OPEN');
  });

  test('stand in the declarative message as browsers have them', async () => {
    const { id, web } = await delivered({ ...full, url: null });
    const inbox = `${hub.baseUrl}/inbox#${id}`;
    assert.deepEqual(web.notification, {
      title: full.title,
      body: 'All checks have passed.\nStages 33 %',
      navigate: inbox,
      tag: id,
      lang: 'en-GB',
      dir: 'rtl',
      icon: full.iconUrl,
      image: full.imageUrl,
      requireInteraction: true,
      actions: [
        { action: 'approve', title: 'Deploy & go', navigate: inbox },
        { action: 'reject', title: 'No', navigate: inbox },
        { action: 'log', title: 'Log', navigate: 'shop://214/log' },
      ],
      mutable: true,
    });
    assert.equal(web.headers.urgency, 'high');
    const linked = (await explained(full)).webPush.request?.body as {
      notification: { navigate: string; actions: { navigate: string }[] };
    };
    const { navigate, actions } = linked.notification;
    assert.deepEqual([navigate, ...actions.map((each) => each.navigate)], [url, url, url, 'shop://214/log']);
  });
});

suite('one member alone', () => {
  const apsOf = ({ aps }: { aps: Record<string, unknown> }) => aps;

  test('a sound that is none, or the default', async () => {
    const none = await delivered({ title: 'a', sound: 'none' });
    assert.ok(none.wns.xml.includes('<audio silent="true"/>'));
    assert.equal(apsOf(none.apns).sound, undefined);
    assert.equal(none.fcm.android.notification.sound, undefined);
    assert.equal(none.web.notification.silent, true);
    assert.deepEqual(await droppedOn(none.id), { windows: [], ios: [], android: ['sound'], webPush: [] });
    const usual = await delivered({ title: 'a', sound: 'default' });
    assert.ok(usual.wns.xml.includes('<audio src="ms-winsoundevent:Notification.Default"/>'));
    assert.equal(apsOf(usual.apns).sound, 'default');
    assert.equal(usual.fcm.android.notification.sound, 'default');
    assert.equal(usual.web.notification.silent, undefined);
    const lost = await droppedOn(usual.id);
    assert.ok(platforms.every((each) => lost[each].length === 0));
  });

  test('each level of interruption', async () => {
    const levels = {
      passive: ['', 'passive', 'PRIORITY_LOW', 'low'],
      active: ['', 'active', 'PRIORITY_DEFAULT', 'high'],
      timeSensitive: [' scenario="urgent"', 'time-sensitive', 'PRIORITY_HIGH', 'high'],
      critical: [' scenario="alarm"', 'critical', 'PRIORITY_MAX', 'high'],
    } as const;
    for (const [interruptionLevel, [scenario, level, priority, urgency]] of Object.entries(levels)) {
      const { id, wns, apns, fcm, web } = await delivered({ title: 'a', interruptionLevel });
      assert.match(wns.xml, new RegExp(`^<toast launch="[^"]*"${scenario}>`));
      assert.equal(wns.headers['x-wns-suppresspopup'], interruptionLevel === 'passive' ? 'true' : undefined);
      assert.equal(apsOf(apns)['interruption-level'], level);
      assert.equal(fcm.android.notification.notification_priority, priority);
      assert.equal(web.headers.urgency, urgency);
      assert.equal(web.notification.silent, interruptionLevel === 'passive' ? true : undefined);
      const stays = interruptionLevel === 'timeSensitive' || interruptionLevel === 'critical';
      assert.equal(web.notification.requireInteraction, stays ? true : undefined);
      const sound =
        interruptionLevel === 'critical' ? { critical: 1, name: 'default', volume: 1 } : 'default';
      assert.deepEqual(apsOf(apns).sound, sound);
      const lost = await droppedOn(id);
      assert.ok(platforms.every((each) => lost[each].length === 0));
    }
  });

  test('actions without a category have that of a question', async () => {
    const { apns } = await delivered({ title: 'a', actions: [{ id: 'ok', title: 'OK' }] });
    assert.equal(apsOf(apns).category, 'carillon.question');
    assert.deepEqual(apns.carillon.actions, ['ok']);
  });

  test('progress is a line of its own where a platform has no bar for it', async () => {
    const { wns, apns, fcm, web } = await delivered({ title: 'a', progress: { value: 0.25, max: 0.5 } });
    assert.ok(wns.xml.includes('<text>a</text><progress value="0.5" status=""/>'));
    assert.deepEqual(
      [apsOf(apns).alert, fcm.notification, web.notification.body],
      [{ title: 'a', body: '50 %' }, { title: 'a', body: '50 %' }, '50 %'],
    );
  });

  test('a notification with a title and a body is pushed as it always was', async () => {
    const { id, wns, apns, fcm, web } = await delivered({ title: 'a', body: 'b' });
    const { unreadCount } = apns.carillon;
    const texts = '<visual><binding template="ToastGeneric"><text>a</text><text>b</text></binding></visual>';
    assert.match(wns.xml, new RegExp(`^<toast launch="[^"]*">${texts}</toast>$`));
    const alert = { title: 'a', body: 'b' };
    assert.equal(
      JSON.stringify(apns.aps),
      JSON.stringify({ alert, badge: unreadCount, sound: 'default', 'mutable-content': 1 }),
    );
    assert.deepEqual(Object.keys(fcm.data), ['carillon']);
    assert.equal(JSON.stringify(fcm.notification), JSON.stringify(alert));
    assert.deepEqual(fcm.android.notification, { tag: id, notification_count: unreadCount });
    const navigate = `${hub.baseUrl}/inbox#${id}`;
    assert.equal(
      JSON.stringify(web.notification),
      JSON.stringify({ ...alert, navigate, tag: id, mutable: true }),
    );
  });
});

suite('what does not fit', () => {
  test('is left out one by one, and is said', async () => {
    const large = {
      title: 'a',
      body: 'x'.repeat(500),
      imageUrl: `https://a.example/${'p'.repeat(1880)}`,
      iconUrl: `https://a.example/${'i'.repeat(1880)}`,
      actions: [{ id: 'a', title: 'A', url: `https://a.example/${'u'.repeat(1880)}` }],
      progress: { value: 1, max: 2, label: 'Half' },
    };
    const dry = await explained(large);
    assert.deepEqual(dry.windows.dropped, ['progress', 'imageUrl']);
    assert.deepEqual(dry.ios.dropped, ['iconUrl']);
    assert.deepEqual(dry.android.dropped, ['progress', 'imageUrl', 'iconUrl']);
    assert.deepEqual(dry.webPush.dropped, ['progress', 'imageUrl', 'iconUrl']);
    assert.deepEqual(await droppedOn(await create(large)), {
      windows: ['progress', 'imageUrl'],
      ios: ['iconUrl'],
      android: ['progress', 'imageUrl', 'iconUrl'],
      webPush: ['progress', 'imageUrl', 'iconUrl'],
    });
  });

  test('as a whole is a tap without any of it', async () => {
    const dry = await explained({ title: 'a', body: 'x'.repeat(4096), lang: 'de', sound: 'default' });
    for (const each of ['ios', 'android', 'webPush'] as const) {
      assert.deepEqual(dry[each].dropped, ['sound', 'lang', 'body', 'title']);
      assert.equal(dry[each].request?.truncated, true);
    }
    const tapped = await push.register('android', {
      installationId: 'tapped',
      notificationType: 'notificationOnly',
    });
    const id = await create(full);
    const row = async () => (await rows(id)).find(({ subscriptionId }) => subscriptionId === tapped.unsId);
    await until(async () => (await row())?.status === 'accepted');
    assert.deepEqual((await row())?.dropped, []);
  });
});

test('Windows has the unread count as a badge, beside a toast and beside a state change', async () => {
  const id = await create({ title: 'a' });
  await simulator.waitFor((each) => each.address === devices.windows.address && names(each, id));
  const count = async () => {
    const path = '/v1.0/me/notifications/delta?$deltatoken=latest';
    return (await hub.request('GET', path, { token })).json.unreadCount as number;
  };
  const shows = (unread: number) => () => {
    const badge = push.to(devices.windows).filter(isBadge).at(-1);
    return (badge?.payload as { xml: string } | undefined)?.xml === `<badge value="${unread}"/>`;
  };
  const unread = await count();
  await until(shows(unread), 'the badge of the toast');
  await hub.request('PATCH', `/v1.0/me/notifications/${id}`, { token, body: { readState: 'read' } });
  assert.equal(await count(), unread - 1);
  await until(shows(unread - 1), 'the badge of the change');
});
