// Every request of the documented pages, on every path variant, under both versions, delegated and app-only, and the
// answer member by member.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Target } from './conformance.ts';
import { assertCors, assertIds, assertJson, type Exchange, exchange } from './exchange.ts';
import { type Fill, type Page, pages } from './pages.ts';

export const versions = ['beta', 'v1.0'] as const;
const tails = [
  '/notifications',
  '/notifications/',
  '/notifications/$ref',
  '/notifications/$ref/',
  '/notifications/%24ref',
  '/activities',
  '/activities/',
];
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const utc = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const dayMs = 86_400_000;

let count = 0;

export function fillFor({ credentials }: Target): Fill {
  count += 1;
  return {
    host: credentials.host,
    expiration: new Date(Date.now() + 20 * dayMs).toISOString(),
    suffix: ` ${process.pid}.${count}`,
  };
}

export function pageConformance(target: Target): void {
  const { name, id } = target.credentials.user;
  const users = ['me', `users/${id}`, `users/${name}`, `users/${encodeURIComponent(name)}`];
  for (const page of pages) {
    suite(`the request of "${page.name}"`, () => {
      for (const version of versions) {
        test(`works as it stands, under /${version}`, async () => {
          await createDelegated(target, page, `/${version}/me${page.path}`);
        });
        for (const user of users) {
          test(`works on every path of ${user} under /${version}, as the user`, async () => {
            for (const tail of tails) await createDelegated(target, page, `/${version}/${user}${tail}`);
          });
          test(`works on every path of ${user} under /${version}, as the app with X-UNS-ID`, async () => {
            for (const tail of tails) await createAppOnly(target, page, `/${version}/${user}${tail}`);
          });
        }
      }
    });
  }
  headerConformance(target);
}

function headerConformance(target: Target): void {
  const { baseUrl, credentials } = target;
  const [page] = pages as readonly [Page];
  test('a GUID in client-request-id is echoed, anything else is not', async () => {
    const send = (clientRequestId: string) =>
      exchange('POST', `${baseUrl}/beta/me/notifications`, {
        token: credentials.delegated,
        headers: { 'client-request-id': clientRequestId },
        body: page.body(fillFor(target)),
      });
    const id = '71e62feb-8d72-4912-8b2c-4cee9d89e781';
    assertIds(await send(id), id);
    assertIds(await send('not a guid'));
  });

  test('the same request again is 200 with the same notification, and another body replaces it', async () => {
    const body = page.body(fillFor(target));
    const send = (more: object = {}) =>
      exchange('POST', `${baseUrl}/v1.0/me/notifications`, {
        token: credentials.delegated,
        body: { ...body, ...more },
      });
    const answers = [await send(), await send(), await send({ groupName: 'Another' })];
    assert.deepEqual(
      answers.map(({ status, headers }) => [status, headers.get('carillon-result')]),
      [
        [201, 'created'],
        [200, 'repeated'],
        [200, 'replaced'],
      ],
    );
    assert.equal(new Set(answers.map(({ json }) => json.id)).size, 1);
  });
}

async function createDelegated(target: Target, page: Page, path: string): Promise<void> {
  const { baseUrl, credentials } = target;
  const body = page.body(fillFor(target));
  const made = await exchange('POST', `${baseUrl}${path}`, { token: credentials.delegated, body });
  await assertCreated({ target, page, path, body, made, of: 'me' });
}

async function createAppOnly(target: Target, page: Page, path: string): Promise<void> {
  const { baseUrl, credentials } = target;
  const unsId = await registerDevice(target);
  const body = page.body(fillFor(target));
  const headers = { 'X-UNS-ID': unsId };
  const made = await exchange('POST', `${baseUrl}${path}`, { token: credentials.appOnly, headers, body });
  await assertCreated({ target, page, path, body, made, of: `users/${credentials.user.id}` });
}

export async function registerDevice({ baseUrl, credentials }: Target): Promise<string> {
  const device = { targetHostName: credentials.host, installationId: 'conformance', platformType: 'windows' };
  const { json, status, text } = await exchange('POST', `${baseUrl}/v1.0/me/notificationSubscriptions`, {
    token: credentials.delegated,
    body: device,
  });
  assert.ok(status === 201 || status === 200, text);
  return json.id as string;
}

interface Created {
  readonly target: Target;
  readonly page: Page;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly made: Exchange;
  /** How Location names the user. */
  readonly of: string;
}

async function assertCreated(created: Created): Promise<void> {
  const { target, path, made, of } = created;
  const { baseUrl, credentials } = target;
  assert.equal(made.status, 201, `${path}: ${made.text}`);
  assertJson(made);
  assertIds(made);
  assertCors(made);
  assert.equal(made.headers.get('carillon-result'), 'created');
  const version = path.split('/', 2)[1] as string;
  const location = made.headers.get('location') ?? '';
  assert.equal(location, `${baseUrl}/${version}/${of}/notifications/${made.json.id}`);
  assertMembers(created, version);
  const fetched = await exchange('GET', location, { token: credentials.delegated });
  assert.equal(fetched.status, 200, fetched.text);
  assertJson(fetched);
  assert.deepEqual({ ...fetched.json, displayTimeToLive: 0 }, { ...made.json, displayTimeToLive: 0 });
  assert.equal(fetched.headers.get('etag'), made.headers.get('etag'));
}

function assertMembers({ target, page, body, made }: Created, version: string): void {
  const { baseUrl, credentials } = target;
  const { id, expirationDateTime, createdDateTime, lastModifiedDateTime, displayTimeToLive, ...rest } =
    made.json;
  assert.match(id, uuid);
  for (const date of [expirationDateTime, createdDateTime, lastModifiedDateTime]) assert.match(date, utc);
  const expiration = Math.floor(Date.parse(body.expirationDateTime as string));
  assert.equal(Date.parse(expirationDateTime), expiration);
  assert.ok(Math.abs(Date.parse(createdDateTime) - Date.now()) < 60_000);
  // A second may pass between the commit and the answer.
  assert.ok(page.answered.displayTimeToLive - displayTimeToLive <= 1, `${displayTimeToLive}`);
  assert.ok(displayTimeToLive <= page.answered.displayTimeToLive && displayTimeToLive >= 0);
  const user = encodeURIComponent(credentials.user.name);
  assert.deepEqual(rest, {
    '@odata.context': `${baseUrl}/${version}/$metadata#users('${user}')/notifications/$entity`,
    appNotificationId: body.appNotificationId ?? null,
    targetHostName: body.targetHostName,
    groupName: body.groupName,
    priority: page.answered.priority,
    payload: plain(body.payload),
    targetPolicy: plain(body.targetPolicy),
    fallbackPolicy: null,
    contentVersion: 1,
    readState: 'unread',
    userActionState: 'noInteraction',
    snoozeUntilDateTime: null,
  });
}

/** Without the types, which are not answered with odata.metadata=minimal. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value).filter(([name]) => !name.startsWith('@'));
  return Object.fromEntries(members.map(([name, member]) => [name, plain(member)]));
}
