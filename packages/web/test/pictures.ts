// Takes the pictures of the page for the documents, docs/images/page-*.png, at a hub with what a person has on a usual day:
//   node packages/web/test/pictures.ts
import { join } from 'node:path';
import { password, post, startHub, userNames } from '@carillon/testing/hub/hub.ts';
import { startChromium } from '@carillon/testing/machine/chromium.ts';
import { buildPage } from '../build.ts';
import { inboxToken } from './support/page-tokens.ts';

const images = join(import.meta.dirname, '..', '..', '..', 'docs', 'images');
const sent = [
  ['parcels', 'Your parcel is on its way', 'It arrives tomorrow between 9 and 12.'],
  ['mail', 'Maria mentioned you', '“Could you look at the second paragraph before we send it?”'],
  ['builds', 'Build 4812 passed', 'main · 214 tests in 3 minutes', 'Builds'],
  [
    'builds',
    'Deploy 4811 rolled back',
    'Health checks failed on 2 of 6 nodes; the previous version serves.',
    'Builds',
  ],
  ['kitchen', 'Lunch is ready', 'Soup today, and there is still cake.'],
  ['mail', 'Quarterly report: 3 new comments', 'On pages 2, 7 and 8.'],
] as const;

await buildPage({ always: false });
await using hub = await startHub();
await using chromium = await startChromium();
const host = (name: string) => `${name}.contoso.example`;
const app = hub.registry.apps.findById('app-a');
if (app)
  await hub.registry.apps.put({
    ...app,
    hosts: [...app.hosts, ...new Set(sent.map(([name]) => host(name)))],
  });
const token = hub.token({ user: 'bob' });
for (const [name, title, body, groupName] of sent) {
  const content = { targetHostName: host(name), payload: { visualContent: { title, body } } };
  const { json } = await hub.request('POST', '/v1.0/me/notifications', {
    token,
    body: post({ ...content, ...(groupName ? { groupName } : {}) }),
  });
  if (name === 'parcels')
    await hub.request('PATCH', `/v1.0/me/notifications/${json.id}`, { token, body: { readState: 'read' } });
}
const inbox = await inboxToken(hub, 'bob');
const devices = '/v1.0/me/notificationSubscriptions';
const phone = { installationId: 'phone', displayName: 'Safari on iPhone', platformType: 'webPush' };
const body = { targetHostName: new URL(hub.baseUrl).hostname, ...phone, channel: null };
await hub.request('POST', devices, { token: inbox, body });

const wide = { width: 1280, height: 800 };
const narrow = { width: 360, height: 740 };
for (const [name, viewport, colorScheme, link] of [
  ['page-inbox', wide, 'light', null],
  ['page-inbox-dark', wide, 'dark', null],
  ['page-phone-dark', narrow, 'dark', null],
  ['page-devices', narrow, 'light', 'Devices'],
] as const) {
  const profile = await chromium.openProfile({
    viewport,
    colorScheme,
    deviceScaleFactor: 1,
    locale: 'en-US',
  });
  const page = await profile.newPage();
  await page.goto(`${hub.baseUrl}/inbox`);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByLabel('User name').fill(userNames.bob);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('listitem').first().waitFor();
  if (link) await page.getByRole('link', { name: link }).click();
  if (viewport === wide || link) await page.getByText('Where you are signed in').waitFor();
  await page.getByText('Connecting…').waitFor({ state: 'hidden' });
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(images, `${name}.png`) });
  await profile.close();
  // The next picture's browser is the first of its name again.
  const { json } = await hub.request('GET', devices, { token: inbox });
  for (const { id, displayName } of json.value)
    if (displayName !== phone.displayName) await hub.request('DELETE', `${devices}/${id}`, { token: inbox });
}
