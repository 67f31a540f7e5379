// Takes the pictures of docs/platforms.md, docs/images/shown-*.webp: what the hub's own inbox page shows of each member in
// Chromium, with a question, progress, a picture and levels of urgency.
//   node packages/web/test/shown-pictures.ts
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { password, post, startHub, userNames } from '@carillon/testing/hub/hub.ts';
import { startChromium } from '@carillon/testing/machine/chromium.ts';
import { makeTls, serveHttp1 } from '@carillon/testing/machine/http-servers.ts';
import { buildPage } from '../build.ts';

const images = join(import.meta.dirname, '..', '..', '..', 'docs', 'images');
const apps = { 'Nordlicht Shop': 'shop.example', Builds: 'builds.example', 'House alarm': 'alarm.example' };

type Colour = readonly [red: number, green: number, blue: number];

/** One colour turning into another from the top to the bottom. */
function png(width: number, height: number, [top, bottom]: readonly [Colour, Colour]): Buffer {
  const rows = Array.from({ length: height }, (_, y) => {
    const pixel = top.map((from, at) => Math.round(from + ((bottom[at] ?? 0) - from) * (y / height)));
    return [0, ...Array.from({ length: width }, () => pixel).flat()];
  });
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const start = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  const data = deflateSync(Buffer.from(rows.flat()));
  return Buffer.concat([start, chunk('IHDR', head), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

const tls = await makeTls();
const pictures: Readonly<Record<string, Buffer>> = {
  '/parcel.png': png(640, 320, [
    [250, 200, 120],
    [180, 90, 110],
  ]),
  '/shop.png': png(64, 64, [
    [40, 110, 90],
    [20, 60, 90],
  ]),
};
await using site = await serveHttp1((request, response) => {
  response.end(pictures[request.url ?? ''] ?? '');
}, tls);
const folder = mkdtempSync(join(tmpdir(), 'carillon-shown-'));
const caPath = join(folder, 'ca.pem');
writeFileSync(caPath, tls.ca);

await buildPage({ always: false });
const settings = { 'inbox-proxy-pictures': true, 'allow-private-push': true, 'push-ca': caPath };
await using hub = await startHub({ settings });
await using chromium = await startChromium();
for (const [displayName, host] of Object.entries(apps)) {
  const iconUrl = host === 'shop.example' ? `${site.url}/shop.png` : undefined;
  const client = { clientId: host, public: false, secretHash: null, redirectUris: [] };
  await hub.registry.apps.put({
    id: host,
    hosts: [host],
    blocked: false,
    clients: [client],
    displayName,
    iconUrl,
  });
}
const sent = [
  [
    'builds.example',
    { title: 'Rolling out 2.41.0', progress: { value: 4, max: 10, label: 'Instance 5 of 12' } },
  ],
  [
    'shop.example',
    {
      title: 'Your parcel is on its way',
      body: 'It arrives tomorrow between 9 and 12.',
      imageUrl: `${site.url}/parcel.png`,
      actions: [{ id: 'track', title: 'Track parcel', url: 'https://shop.example/track/7' }],
    },
  ],
  [
    'builds.example',
    {
      title: 'Deploy 4812 to production?',
      body: 'main · 214 tests have passed.',
      actions: [
        { id: 'approve', title: 'Deploy' },
        { id: 'reject', title: 'Don’t', destructive: true, input: { placeholder: 'Why not?' } },
      ],
    },
  ],
  [
    'alarm.example',
    {
      title: 'Water in the basement',
      body: 'The sensor beside the boiler is wet.',
      interruptionLevel: 'critical',
    },
  ],
] as const;
for (const [targetHostName, visualContent] of sent) {
  const respondByDateTime = new Date(hub.clock.now() + 40 * 60_000).toISOString();
  const policy = visualContent.title.endsWith('?') ? { responsePolicy: { respondByDateTime } } : {};
  const body = post({ targetHostName, payload: { visualContent }, ...policy });
  const token = hub.token({ user: 'bob', client: targetHostName });
  const { status, text } = await hub.request('POST', '/v1.0/me/notifications', { token, body });
  if (status !== 201) throw new Error(text);
}

for (const width of [360, 1440])
  for (const colorScheme of ['light', 'dark'] as const) {
    const viewport = { width, height: 860 };
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
    await page.getByRole('button', { name: 'Deploy', exact: true }).waitFor();
    await page.locator('img[src^="blob:"]').nth(1).waitFor();
    await page.getByText('Connecting…').waitFor({ state: 'hidden' });
    await page.mouse.move(0, 0);
    const protocol = await profile.newCDPSession(page);
    const { data } = await protocol.send('Page.captureScreenshot', { format: 'webp', quality: 60 });
    writeFileSync(join(images, `shown-${width}-${colorScheme}.webp`), Buffer.from(data, 'base64'));
    await profile.close();
  }
rmSync(folder, { recursive: true });
