// The page of a hub that passes on pictures, in a real browser: what a notification names is shown, and its site hears of the hub alone.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { post, until } from '@carillon/testing/hub/hub.ts';
import { tempFolder } from '@carillon/testing/hub/identity.ts';
import { makeTls, serveHttp1 } from '@carillon/testing/machine/http-servers.ts';
import { openPlace, rowOf } from './support/person.ts';

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const tls = await makeTls();
const folder = tempFolder();
after(() => folder.remove());
const caPath = join(folder.path, 'ca.pem');
writeFileSync(caPath, tls.ca);
const asked: string[] = [];
const site = await serveHttp1((request, response) => {
  asked.push(`${request.url} ${request.headers.referer} ${request.headers['user-agent']}`);
  response.writeHead(request.url === '/gone.png' ? 404 : 200).end(png);
}, tls);
after(() => site[Symbol.asyncDispose]());

const { hub, person } = await openPlace({
  settings: { 'inbox-proxy-pictures': true, 'allow-private-push': true, 'push-ca': caPath },
});

async function send(visualContent: object): Promise<void> {
  const token = hub.token({ user: 'alice' });
  const { status, text } = await hub.request('POST', '/v1.0/me/notifications', {
    ...{ token, body: post({ payload: { visualContent } }) },
  });
  assert.equal(status, 201, text);
}

test('a picture is shown without the browser asking another site for it, and one that is not there leaves no gap', async () => {
  const { apps } = hub.registry;
  const app = apps.findById('app-a');
  assert.ok(app);
  await apps.put({ ...app, iconUrl: `${site.url}/app.png` });
  const alice = await person();
  const others: string[] = [];
  alice.page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== hub.baseUrl) others.push(request.url());
  });
  await alice.signIn('alice');
  await send({ title: 'Parcel', imageUrl: `${site.url}/parcel.png` });
  await send({ title: 'Gone', imageUrl: `${site.url}/gone.png` });
  const shown = rowOf(alice.page, 'Parcel').locator('img');
  await until(async () => {
    const widths = await shown.evaluateAll((all) =>
      all.map(
        (each) =>
          (each as HTMLImageElement).src.startsWith('blob:') && (each as HTMLImageElement).naturalWidth,
      ),
    );
    return widths.length === 2 && widths.every((each) => each === 1);
  }, 'the picture and the icon of its sender');
  await until(
    async () => (await rowOf(alice.page, 'Gone').locator('.shown-picture').count()) === 0,
    'no gap',
  );
  assert.deepEqual(others, []);
  const { headers } = await hub.request('GET', '/inbox');
  assert.match(String(headers['content-security-policy']), /img-src 'self' data: blob:;/);
  assert.deepEqual(
    asked.toSorted(),
    ['/app.png', '/gone.png', '/parcel.png'].map((path) => `${path} undefined Carillon`),
  );
  assert.deepEqual(
    alice.complaints.filter((each) => !/status of 404/.test(each)),
    [],
  );
});
