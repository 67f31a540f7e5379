// Section 11: filters, order, selection and paths in the ways of OData.
// Each filter is held against what the case itself knows of the notifications that it made.
import assert from 'node:assert/strict';
import type { Section } from '../case.ts';
import { expectInvalid, expectJson, expectStatus } from '../expect.ts';
import { type Entity, type Subject, unique } from '../subject.ts';

const feed = '/v1.0/me/notifications';

const query = (hub: Subject, options: Readonly<Record<string, string | number>>, path = feed) =>
  hub.get(
    `${path}?${new URLSearchParams(Object.entries(options).map(([name, value]) => [name, `${value}`] as [string, string]))}`,
  );

/** Three of one group: unread and high, dismissed and low, unread and low. */
async function three(hub: Subject): Promise<{ readonly group: string; readonly ids: readonly string[] }> {
  const groupName = unique();
  const ids: string[] = [];
  for (const priority of ['High', 'Low', 'Low']) ids.push((await hub.posted({ groupName, priority })).id);
  await hub.ask('PATCH', `${feed}/${ids[1]}`, { body: { userActionState: 'dismissed' } });
  return { group: groupName, ids };
}

/** Which of the three a filter finds, by their places. */
async function found(
  hub: Subject,
  { group, ids }: { group: string; ids: readonly string[] },
  filter: string,
): Promise<readonly number[]> {
  const answer = await query(hub, { $filter: `groupName eq '${group}' and (${filter})`, $top: 100 });
  expectJson(answer);
  return answer.json.value.map(({ id }: Entity) => ids.indexOf(id)).sort();
}

export const queryCases: Section = {
  number: '11',
  title: 'Queries',
  cases: [
    {
      name: '$filter compares states, priority and names with eq, ne, in, and, or, not',
      async run(hub) {
        const made = await three(hub);
        const expected: readonly (readonly [string, readonly number[]])[] = [
          ["readState eq 'unread'", [0, 2]],
          ["readState ne 'unread'", [1]],
          ["userActionState eq 'dismissed'", [1]],
          ["priority in ('High','None')", [0]],
          ["priority eq 'Low' and readState eq 'unread'", [2]],
          ["priority eq 'High' or userActionState eq 'dismissed'", [0, 1]],
          ["not (priority eq 'Low')", [0]],
          [`targetHostName eq '${hub.host}'`, [0, 1, 2]],
          ["priority eq 'High' or priority eq 'Low' and readState eq 'read'", [0, 1]],
        ];
        for (const [filter, places] of expected)
          assert.deepEqual(await found(hub, made, filter), places, filter);
      },
    },
    {
      name: '$filter compares dates with gt, ge, lt, le, and names with startswith',
      async run(hub) {
        const made = await three(hub);
        const { json } = await hub.get(`${feed}/${made.ids[1]}`);
        const at = json.createdDateTime;
        assert.deepEqual(await found(hub, made, `createdDateTime ge ${at}`), [1, 2]);
        assert.deepEqual(await found(hub, made, `createdDateTime lt ${at}`), [0]);
        assert.deepEqual(
          await found(hub, made, `startswith(groupName,'${made.group.slice(0, 20)}')`),
          [0, 1, 2],
        );
      },
    },
    {
      name: 'a quote in text is doubled, and null is no text',
      async run(hub) {
        const groupName = `it's ${unique()}`;
        const { id } = await hub.posted({ groupName });
        const quoted = await query(hub, { $filter: `groupName eq '${groupName.replaceAll("'", "''")}'` });
        assert.deepEqual(
          quoted.json.value.map((each: Entity) => each.id),
          [id],
        );
        const none = await hub.posted();
        const { json } = await query(hub, { $filter: 'groupName eq null', $top: 100 });
        assert.ok(json.value.some((each: Entity) => each.id === none.id));
        assert.ok(json.value.every((each: Entity) => each.groupName === null));
      },
    },
    {
      name: 'not binds before eq: without brackets it is 400 and says where they belong',
      async run(hub) {
        const answer = await query(hub, { $filter: "not readState eq 'read'" });
        expectInvalid(answer);
        assert.match(answer.json.error.message, /\(/);
      },
    },
    {
      name: 'a filter that is not supported is 400',
      async run(hub) {
        for (const filter of [
          '',
          'readState',
          "nothing eq 'x'",
          "contains(groupName,'x')",
          'groupName gt',
          "groupName eq 'open",
          'createdDateTime gt yesterday',
          "(readState eq 'read'",
        ])
          expectInvalid(await query(hub, { $filter: filter }));
      },
    },
    {
      name: 'a filter has at most 64 terms and 16 levels',
      async run(hub) {
        const terms = (count: number) =>
          Array.from({ length: count }, (_, at) => `groupName eq '${at}'`).join(' or ');
        expectInvalid(await query(hub, { $filter: terms(65) }));
        const nested = (depth: number) => `${'('.repeat(depth)}readState eq 'read'${')'.repeat(depth)}`;
        expectInvalid(await query(hub, { $filter: nested(40) }));
      },
    },
    {
      name: '$orderby sorts by a date, in both directions',
      async run(hub) {
        await three(hub);
        for (const [order, sign] of [
          ['createdDateTime', 1],
          ['createdDateTime desc', -1],
        ] as const) {
          const answer = await query(hub, { $orderby: order, $top: 50 });
          expectJson(answer);
          const dates: string[] = answer.json.value.map(({ createdDateTime }: Entity) => createdDateTime);
          assert.deepEqual(
            dates,
            [...dates].sort((a, b) => sign * a.localeCompare(b)),
            order,
          );
        }
        expectInvalid(await query(hub, { $orderby: 'groupName' }));
      },
    },
    {
      name: '$select answers what was selected, and refuses what there is not',
      async run(hub) {
        await hub.posted();
        const { json } = await query(hub, { $select: 'id,readState', $top: 1 });
        const names = Object.keys(json.value[0]).filter((name) => !name.startsWith('@'));
        assert.deepEqual(names.sort(), ['id', 'readState']);
        expectInvalid(await query(hub, { $select: 'id,nothing' }));
      },
    },
    {
      name: '$skip passes over at most 10 000, and options live in nextLink',
      async run(hub) {
        const { group, ids } = await three(hub);
        const options = { $filter: `groupName eq '${group}'`, $orderby: 'createdDateTime', $top: 1 };
        const skipped = await query(hub, { ...options, $skip: 1 });
        assert.equal(skipped.json.value[0].id, ids[1]);
        const next = await hub.get(skipped.json['@odata.nextLink']);
        expectJson(next);
        assert.equal(next.json.value[0].id, ids[2]);
        expectInvalid(await query(hub, { $skip: 10_001 }));
      },
    },
    {
      name: 'Prefer: odata.maxpagesize bounds a page and is said to be applied',
      async run(hub) {
        await three(hub);
        const answer = await hub.get(feed, { headers: { prefer: 'odata.maxpagesize=2' } });
        expectJson(answer);
        assert.ok(answer.json.value.length <= 2);
        assert.match(answer.headers.get('preference-applied') ?? '', /odata\.maxpagesize=2/);
      },
    },
    {
      name: '$ may be left out of an option',
      async run(hub) {
        await hub.posted();
        const answer = await query(hub, { top: 1, count: 'true' });
        expectJson(answer);
        assert.equal(answer.json.value.length, 1);
        assert.equal(typeof answer.json['@odata.count'], 'number');
      },
    },
    {
      name: "paths may be written delta(), microsoft.graph.delta(), notifications('id') and users('name'), in any case",
      async run(hub) {
        const { id } = await hub.posted();
        const { id: user } = hub.user;
        for (const path of [
          'me/notifications/delta()?$deltatoken=latest',
          'me/notifications/microsoft.graph.delta()?$deltatoken=latest',
          `me/notifications('${id}')`,
          `users('${user}')/notifications/${id}`,
          `Me/Notifications/${id}`,
        ])
          expectStatus(await hub.get(`/v1.0/${path}`), 200);
      },
    },
    {
      name: 'GET /me answers id, userPrincipalName and displayName',
      async run(hub) {
        const answer = await hub.get('/v1.0/me');
        expectJson(answer);
        assert.equal(answer.json.id, hub.user.id);
        for (const name of ['userPrincipalName', 'displayName']) assert.ok(name in answer.json, name);
      },
    },
  ],
};
