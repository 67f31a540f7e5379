// Section 9: what is shown, and where it leads.
// Each member is accepted at its bound and refused one beyond it.
import assert from 'node:assert/strict';
import type { Section } from '../case.ts';
import { expectInvalid, expectJson, expectStatus } from '../expect.ts';
import type { Subject } from '../subject.ts';

type Content = Readonly<Record<string, unknown>>;

async function accepts(hub: Subject, ...contents: readonly Content[]): Promise<void> {
  for (const content of contents) {
    const { payload } = await hub.posted(hub.visual(content));
    for (const [name, value] of Object.entries(content))
      assert.deepEqual(payload.visualContent[name], value, name);
  }
}

async function refuses(hub: Subject, ...contents: readonly Content[]): Promise<void> {
  for (const content of contents) expectInvalid(await hub.post(hub.visual(content)));
}

const longUrl = (length: number): string => 'https://contoso.example/'.padEnd(length, 'x');
const action = (more: Content = {}) => ({ id: 'a', title: 'A', ...more });

export const contentCases: Section = {
  number: '9',
  title: 'What is shown, and where it leads',
  cases: [
    {
      name: 'a notification without the members is answered without them',
      async run(hub) {
        assert.deepEqual((await hub.posted()).payload, { visualContent: { title: 'Conformance' } });
      },
    },
    {
      name: 'url is https of at most 2 KiB, or a scheme that the app registered',
      async run(hub) {
        await accepts(hub, { url: longUrl(2048) });
        await refuses(
          hub,
          { url: longUrl(2049) },
          { url: 'javascript:alert(1)' },
          { url: 'data:text/html,x' },
          { url: 'http://contoso.example/' },
          { url: 'unregistered-scheme-of-nobody://x' },
          { url: '/relative' },
        );
      },
    },
    {
      name: 'iconUrl and imageUrl are https of at most 2 KiB',
      async run(hub) {
        for (const name of ['iconUrl', 'imageUrl']) {
          await accepts(hub, { [name]: longUrl(2048) });
          await refuses(
            hub,
            { [name]: longUrl(2049) },
            { [name]: 'http://contoso.example/x.png' },
            { [name]: 'data:image/png,x' },
          );
        }
      },
    },
    {
      name: 'actions are at most 4, with unique ids of 1 to 64 characters and titles of at most 64',
      async run(hub) {
        const four = ['a', 'b', 'c', 'x'.repeat(64)].map((id) => ({ id, title: 'T'.repeat(64) }));
        await accepts(hub, { actions: four });
        await refuses(
          hub,
          { actions: [...four, action({ id: 'e' })] },
          { actions: [action(), action()] },
          { actions: [action({ id: '' })] },
          { actions: [action({ id: 'x'.repeat(65) })] },
          { actions: [action({ id: 'no space' })] },
          { actions: [action({ title: 'T'.repeat(65) })] },
          { actions: [{ id: 'a' }] },
          { actions: [action({ none: 1 })] },
        );
      },
    },
    {
      name: 'an action may have a url, be destructive, require an unlock, and ask for 1 to 1 024 characters of text',
      async run(hub) {
        await accepts(hub, {
          actions: [
            action({ url: 'https://contoso.example/', destructive: true, requiresUnlock: true }),
            action({ id: 'b', input: { placeholder: 'Why?', maxLength: 1024 } }),
          ],
        });
        for (const maxLength of [0, 1025])
          await refuses(hub, { actions: [action({ input: { maxLength } })] });
      },
    },
    {
      name: 'interruptionLevel is passive, active, timeSensitive or critical; dir is ltr, rtl or auto',
      async run(hub) {
        await accepts(hub, { interruptionLevel: 'passive' }, { interruptionLevel: 'critical', dir: 'rtl' });
        await refuses(hub, { interruptionLevel: 'loud' }, { dir: 'up' });
      },
    },
    {
      name: 'lang is a BCP 47 tag',
      async run(hub) {
        await accepts(hub, { lang: 'de' }, { lang: 'zh-Hant-TW' });
        await refuses(hub, { lang: 'not a tag' }, { lang: 'x'.repeat(40) });
      },
    },
    {
      name: 'sound and category have at most 128 characters',
      async run(hub) {
        await accepts(hub, { sound: 'none' }, { sound: 'x'.repeat(128), category: 'x'.repeat(128) });
        await refuses(hub, { sound: 'x'.repeat(129) }, { category: 'x'.repeat(129) });
      },
    },
    {
      name: 'progress is 0 ≤ value ≤ max, max above 0',
      async run(hub) {
        await accepts(
          hub,
          { progress: { value: 0, max: 1 } },
          { progress: { value: 3, max: 10, label: 'Three' } },
        );
        await refuses(
          hub,
          { progress: { value: 2, max: 1 } },
          { progress: { value: -1, max: 1 } },
          { progress: { value: 0, max: 0 } },
        );
      },
    },
    {
      name: 'null and [] mean absent',
      async run(hub) {
        const { payload } = await hub.posted(
          hub.visual({ url: null, actions: [], progress: null, lang: null }),
        );
        const { title, url, actions, progress } = payload.visualContent;
        assert.deepEqual(
          [title, url ?? null, actions ?? null, progress ?? null],
          ['Conformance', null, null, null],
        );
      },
    },
    {
      name: 'notificationApps names the senders: id, displayName, iconUrl, hostNames',
      async run(hub) {
        const answer = await hub.get('/v1.0/me/notificationApps');
        expectJson(answer);
        const own = answer.json.value.find(({ hostNames }: { hostNames: string[] }) =>
          hostNames.includes(hub.host),
        );
        assert.ok(own, `one has the host ${hub.host}`);
        assert.deepEqual(Object.keys(own).sort(), ['displayName', 'hostNames', 'iconUrl', 'id']);
      },
    },
    {
      name: 'deliveries and explain say what was left out',
      async run(hub) {
        await hub.device();
        const { id } = await hub.posted(hub.visual({ progress: { value: 1, max: 2 } }));
        const answer = await hub.get(`/v1.0/me/notifications/${id}/deliveries`);
        expectStatus(answer, 200);
        for (const line of answer.json.value) assert.ok(Array.isArray(line.dropped), 'dropped is a list');
      },
    },
  ],
};
