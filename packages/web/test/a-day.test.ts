// A person's day from morning to morning, at a hub on a driven clock: Alice has her inbox open in a browser on her laptop, and
// an app on her phone, which loses the network in the underground. After each step both say how many are unread and what
// they show.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Notification } from '@carillon/protocol';
import { post, startHub, type TestHub, until } from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';
import type { Page, Route } from 'playwright-core';
import { systemClock } from '../../client/src/clock.ts';
import { type Client, openClient } from '../../client/test/support/clients.ts';
import { changeTokens, inboxToken } from './support/page-tokens.ts';
import { openPlace, type Person, rowOf } from './support/person.ts';

const dayMs = 24 * 3_600_000;
/** What issues tokens follows the real clock, so people sign in by that, and the day begins tomorrow. */
const midnight = Math.ceil(Date.now() / dayMs) * dayMs;
const clock = new ManualClock();
const folder = tempFolder();
const place = await openPlace({ clock, dataDir: folder.path });
let hub: TestHub = place.hub;
let laptop: Person;
let phone: Client;

after(async () => {
  await phone?.hub.close();
  await hub.close();
  folder.remove();
});

/** The time comes, for the hub and both devices at once. After 24:00 it is the next day's. */
async function at(hour: number, minute: number): Promise<void> {
  const passedMs = midnight + (hour * 60 + minute) * 60_000 - clock.now();
  assert.ok(passedMs >= 0, `${hour}:${minute} is over`);
  clock.advance(passedMs);
  await laptop.page.clock.fastForward(passedMs);
}

/** Fails while the hub is away. */
async function withTime(route: Route): Promise<void> {
  const response = await route.fetch();
  const date = new Date(clock.now()).toUTCString();
  await route.fulfill({ response, headers: { ...response.headers(), date } });
}

async function arrives(title: string, more: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const body = post({ payload: { visualContent: { title } }, ...more });
  const { status, json, text } = await hub.request('POST', '/v1.0/me/notifications', {
    token: token(),
    body,
  });
  assert.ok(status === 200 || status === 201, text);
  return json.id;
}

const token = () => hub.token({ user: 'alice' });

interface Seen {
  readonly unread: number;
  readonly titles: readonly string[];
}

async function onLaptop(): Promise<Seen> {
  const { page } = laptop;
  const [, unread = '0'] = /^\((\d+)\)/.exec(await page.title()) ?? [];
  return { unread: Number(unread), titles: await rows(page).allTextContents() };
}

const idOf = (title: string): string =>
  phone.feed.all.find(({ payload }) => payload.visualContent?.title === title)?.id ?? '';
const rows = (page: Page) => page.getByRole('listitem').locator('[part~="name"]');

function onPhone(): Seen {
  const { feed } = phone;
  return {
    unread: feed.unreadCount,
    titles: feed.items.map(({ payload }) => payload.visualContent?.title ?? ''),
  };
}

async function shows(where: () => Seen | Promise<Seen>, unread: number, ...titles: string[]): Promise<void> {
  const isSo = async () => JSON.stringify(await where()) === JSON.stringify({ unread, titles });
  await until(isSo).catch(async () => assert.deepEqual(await where(), { unread, titles }));
}

async function bothShow(unread: number, ...titles: string[]): Promise<void> {
  await shows(onLaptop, unread, ...titles);
  await shows(onPhone, unread, ...titles);
  await until(() => phone.feed.status.pending === 0, 'nothing waits on the phone');
}

async function onRow(title: string, action: string): Promise<void> {
  const row = rowOf(laptop.page, title);
  await row.hover();
  await row.getByRole('button', { name: action, exact: true }).click();
}

/** 7:00: both devices are on, and both show what arrives. */
async function breakfast(): Promise<void> {
  laptop = await place.person({ timezoneId: 'UTC', locale: 'en-US' });
  await laptop.signIn('alice');
  // Of the same origin, and asks for no token: the one below stays.
  await laptop.page.goto(`${hub.baseUrl}/inbox/config.json`);
  clock.advance(midnight + 7 * 3_600_000 - clock.now());
  const accessToken = await inboxToken(hub, 'alice', (2 * dayMs) / 1000);
  await changeTokens(laptop.page, { accessToken, expiresAt: clock.now() + 2 * dayMs });
  await laptop.profile.clock.install({ time: clock.now() });
  // Node writes the real time into an answer, and the client goes by that.
  await laptop.profile.route('**/v1.0/**', (route) =>
    withTime(route).catch(() => route.abort().catch(() => {})),
  );
  await laptop.open();
  // Its timers are real, as nothing of them is waited for; its time is that of the day.
  phone = openClient(hub, { clock: { ...systemClock, now: () => clock.now() }, token: async () => token() });
  await until(() => hub.hub.fanOut.open === 2, 'both are live');
  await bothShow(0);
  await arrives('Standup at nine');
  await arrives('The coffee is free today');
  await bothShow(2, 'The coffee is free today', 'Standup at nine');
}

/** 7:40: on the phone without a network, and at the same time at the laptop that someone left open. */
async function underground(): Promise<void> {
  await at(7, 40);
  phone.network.switch(false);
  phone.feed.dismiss(idOf('The coffee is free today'));
  await shows(onPhone, 1, 'Standup at nine');
  assert.equal(phone.feed.status.pending, 1);
  await arrives('The build is red', { appNotificationId: 'build' });
  await shows(onLaptop, 3, 'The build is red', 'The coffee is free today', 'Standup at nine');
  await onRow('Standup at nine', 'Snooze');
  await laptop.page.getByRole('menuitem', { name: /^In one hour/ }).click();
  await shows(onLaptop, 2, 'The build is red', 'The coffee is free today');
  await shows(onPhone, 1, 'Standup at nine');
}

/** 8:10: up the stairs both agree, and the dismissal has reached the hub. */
async function daylight(): Promise<void> {
  await at(8, 10);
  phone.network.switch(true);
  await bothShow(1, 'The build is red');
}

/** 9:00: what was snoozed for an hour is back, unread. */
async function standup(): Promise<void> {
  await at(9, 0);
  await bothShow(2, 'The build is red', 'Standup at nine');
  phone.feed.activate(idOf('Standup at nine'));
  await bothShow(1, 'The build is red', 'Standup at nine');
}

/** 12:00: an app replaces what it said, a dismissal settles the phone, and undo brings it back to both. */
async function lunch(): Promise<void> {
  await at(12, 0);
  await arrives('The build is green', { appNotificationId: 'build' });
  await bothShow(1, 'The build is green', 'Standup at nine');
  // Undo is offered for some seconds, which pass when the test is done with it.
  await laptop.page.clock.pauseAt(clock.now() + 300_000);
  await onRow('The build is green', 'Dismiss');
  await bothShow(0, 'Standup at nine');
  await laptop.page.getByRole('button', { name: 'Undo' }).click();
  await laptop.page.clock.resume();
  await bothShow(1, 'The build is green', 'Standup at nine');
  phone.feed.dismiss(idOf('The build is green'));
  await bothShow(0, 'Standup at nine');
}

/** 17:00: what expires leaves both devices, and nobody did anything. */
async function evening(): Promise<void> {
  await at(17, 0);
  const expirationDateTime = new Date(clock.now() + 3_600_000).toISOString();
  await arrives('The shop closes at six', { expirationDateTime });
  await bothShow(1, 'The shop closes at six', 'Standup at nine');
  await at(18, 5);
  await bothShow(0, 'Standup at nine');
}

/** 21:00: the history has what was handled; what comes back from there is on both, and a call is for tomorrow. */
async function sofa(): Promise<void> {
  await at(21, 0);
  await laptop.page.getByRole('button', { name: 'History', exact: true }).click();
  await laptop.page.getByRole('heading', { name: 'History' }).waitFor();
  const kept = ['The build is green', 'The coffee is free today', 'Standup at nine'];
  await until(async () => (await rows(laptop.page).allTextContents()).join() === kept.join(), 'the history');
  await onRow('The coffee is free today', 'Bring back');
  await shows(onPhone, 0, 'The coffee is free today', 'Standup at nine');
  await laptop.page.getByRole('button', { name: 'Back to notifications' }).click();
  await bothShow(0, 'The coffee is free today', 'Standup at nine');
  const id = await arrives('Call your mother');
  await bothShow(1, 'Call your mother', 'The coffee is free today', 'Standup at nine');
  phone.feed.snooze(id, new Date(midnight + 32 * 3_600_000));
  await bothShow(0, 'The coffee is free today', 'Standup at nine');
}

/** 3:00: the hub is restarted, and what was done on the phone meanwhile reaches it. */
async function night(): Promise<void> {
  await at(27, 0);
  await hub.close();
  phone.feed.dismiss(idOf('The coffee is free today'));
  await shows(onPhone, 0, 'Standup at nine');
  assert.equal(phone.feed.status.pending, 1);
  hub = await startHub({ clock, dataDir: folder.path, settings: { port: new URL(hub.baseUrl).port } });
  await bothShow(0, 'Standup at nine');
}

/** 8:00 of the next day: what was snoozed until then rings on both. */
async function nextMorning(): Promise<void> {
  await at(32, 5);
  await bothShow(1, 'Call your mother', 'Standup at nine');
  const { json } = await hub.request('GET', '/v1.0/me/notifications', { token: token() });
  const states = json.value.map(({ payload, userActionState }: Notification) => [
    payload.visualContent?.title,
    userActionState,
  ]);
  assert.deepEqual(Object.fromEntries(states), {
    'Call your mother': 'noInteraction',
    'The build is green': 'dismissed',
    'The coffee is free today': 'dismissed',
    'Standup at nine': 'activated',
  });
}

test('a day on a laptop and a phone', async () => {
  await breakfast();
  await underground();
  await daylight();
  await standup();
  await lunch();
  await evening();
  await sofa();
  await night();
  await nextMorning();
});
