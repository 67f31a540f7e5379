// Section 2: the requests that the documented pages show, as they stand and on every path that a page shows.
// They are sent under both versions, as a person and as the app itself.
import assert from 'node:assert/strict';
import type { Section } from '../../case.ts';
import { expectJson } from '../../expect.ts';
import { type Fill, type Page, pages } from '../../pages.ts';
import { type Entity, type Subject, unique, versions } from '../../subject.ts';

const tails = [
  '/notifications',
  '/notifications/',
  '/notifications/$ref',
  '/notifications/%24ref',
  '/activities',
  '/activities/',
];
const dayMs = 86_400_000;

const fillFor = ({ host }: Subject): Fill => ({
  host,
  expiration: new Date(Date.now() + 20 * dayMs).toISOString(),
  suffix: ` ${unique()}`,
});

async function send(hub: Subject, page: Page, path: string, ask = {}): Promise<void> {
  const body = page.body(fillFor(hub));
  const made = await hub.ask('POST', path, { body, ...ask });
  hub.keep(made);
  expectJson(made, 201);
  assert.equal(made.headers.get('carillon-result'), 'created');
  expectMembers(made.json, body, page);
}

/** What the page sends is what is answered, but for types, names of values and the seconds that have passed. */
function expectMembers(made: Entity, body: Entity, { answered }: Page): void {
  const { displayTimeToLive } = made;
  // A second may pass between the commit and the answer.
  assert.ok(
    displayTimeToLive >= 0 && displayTimeToLive <= answered.displayTimeToLive,
    `${displayTimeToLive}`,
  );
  assert.ok(answered.displayTimeToLive - displayTimeToLive <= 1, `${displayTimeToLive}`);
  assert.equal(Date.parse(made.expirationDateTime), Math.floor(Date.parse(body.expirationDateTime)));
  const { appNotificationId, groupName, payload, targetPolicy, priority } = made;
  assert.deepEqual(
    { appNotificationId, groupName, payload, targetPolicy, priority },
    {
      appNotificationId: body.appNotificationId ?? null,
      groupName: body.groupName,
      payload: withoutTypes(body.payload),
      targetPolicy: withoutTypes(body.targetPolicy),
      priority: answered.priority,
    },
  );
}

/** Types are not answered with odata.metadata=minimal. */
function withoutTypes(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value).filter(([name]) => !name.startsWith('@'));
  return Object.fromEntries(members.map(([name, member]) => [name, withoutTypes(member)]));
}

export const pageCases: Section = {
  number: '2',
  title: 'The documented requests',
  cases: pages.flatMap((page) => [
    {
      name: `"${page.name}" works as it stands`,
      async run(hub: Subject) {
        for (const version of versions) await send(hub, page, `/${version}/me${page.path}`);
      },
    },
    {
      name: `"${page.name}" works on every path, under me, users/{id} and users/{name}`,
      async run(hub: Subject) {
        const { id, name } = hub.user;
        const users = [
          'me',
          `users/${id}`,
          ...(name ? [`users/${name}`, `users/${encodeURIComponent(name)}`] : []),
        ];
        for (const user of users) for (const tail of tails) await send(hub, page, `/beta/${user}${tail}`);
      },
    },
    {
      name: `"${page.name}" works for the app itself, with X-UNS-ID`,
      needs: ['appToken'] as const,
      async run(hub: Subject) {
        const ask = { token: hub.token('appToken'), headers: { 'x-uns-id': await hub.device() } };
        for (const tail of tails) await send(hub, page, `/beta/me${tail}`, ask);
      },
    },
  ]),
};
