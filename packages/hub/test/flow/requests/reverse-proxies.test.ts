import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openSseReader, openWebSocketReader } from '@carillon/testing/feed/readers.ts';
import { post, startHub } from '@carillon/testing/hub/hub.ts';
import { type ProxyName, startProxy } from '@carillon/testing/machine/proxies.ts';

const page = readFileSync(join(import.meta.dirname, '../../../../../docs/reverse-proxies.md'), 'utf8');

/** Every block of the documentation whose program Debian has. */
const blocks = [...page.matchAll(/```(nginx|caddyfile|haproxy|apache)\n([\s\S]*?)```/g)].map(
  ([, language = '', configuration = '']) => ({
    name: (language === 'caddyfile' ? 'caddy' : language) as ProxyName,
    configuration,
    // nginx passes an upgrade on only where its configuration says so.
    upgrades: language !== 'nginx' || configuration.includes('Upgrade'),
  }),
);

describe('behind a reverse proxy that is set up as docs/reverse-proxies.md shows', () => {
  test('the page has a block for each proxy, and nginx with nothing but proxy_pass', () => {
    assert.deepEqual([...new Set(blocks.map(({ name }) => name))], ['nginx', 'caddy', 'haproxy', 'apache']);
    assert.equal(blocks.filter(({ upgrades }) => !upgrades).length, 1);
  });

  for (const { name, configuration, upgrades } of blocks) {
    const what = name === 'nginx' ? `nginx ${upgrades ? 'with upgrades' : 'with proxy_pass alone'}` : name;
    test(`${what}: a posted change reaches a stream while it is open`, async () => {
      await using hub = await startHub();
      await using proxy = await startProxy(name, configuration, hub.baseUrl);
      const token = hub.token({ user: 'alice' });
      const sse = await openSseReader({ baseUrl: proxy.baseUrl, token });
      const readers = upgrades ? [sse, await openWebSocketReader({ baseUrl: proxy.baseUrl, token })] : [sse];
      for (const reader of readers) await reader.next('ready');
      const answer = await fetch(`${proxy.baseUrl}/v1.0/me/notifications`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(post()),
      });
      assert.equal(answer.status, 201);
      for (const reader of readers) {
        const { value } = await reader.next('change');
        assert.equal(value.id, ((await answer.clone().json()) as { id: string }).id);
        reader.leave();
      }
    });
  }
});
