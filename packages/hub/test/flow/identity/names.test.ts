// Names over HTTP: a user, a host and a person of the admin endpoints are named in any case and however the characters
// are composed, alike on both stores.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hosts, post, startHub } from '@carillon/testing/hub/hub.ts';
import { startIssuer } from '@carillon/testing/hub/issuer.ts';

for (const store of ['sqlite', 'postgres'] as const) {
  test(`${store}: a name is the same in every spelling of it, in paths, at the admin endpoints and for hosts`, async () => {
    const issuer = await startIssuer();
    await issuer.addKey('es', 'ES256');
    const settings = { issuer: [issuer.url], 'admin-issuer': issuer.url, audience: ['https://hub.example'] };
    const hub = await startHub({ store, settings });
    try {
      const common = {
        iss: issuer.url,
        aud: 'https://hub.example',
        exp: Math.floor(Date.now() / 1000) + 3600,
      };
      const scp = 'Notifications.ReadWrite.CreatedByApp';
      const user = { ...common, sub: 'pairwise', oid: 'jose', azp: 'app-a', scp };
      const token = await issuer.sign('es', {
        ...user,
        preferred_username: 'Jos\u00E9\u00C4\u00D6@contoso.example',
      });
      const service = await issuer.sign('es', { ...common, sub: 'app-a', azp: 'app-a', idtyp: 'app' });
      const admin = await issuer.sign('es', {
        ...common,
        sub: 'root',
        oid: 'root',
        azp: 'app-a',
        scp: 'Carillon.Admin',
      });
      const body = post({ targetHostName: hosts['app-a'].toUpperCase() });
      const made = await hub.request('POST', '/v1.0/me/notifications', { token, body });
      assert.equal(made.status, 201, made.text);
      const ask = async (path: (name: string) => string, by: string, name: string) =>
        (await hub.request('GET', path(encodeURIComponent(name)), { token: by })).status;
      const feed = (name: string) => `/v1.0/users/${name}/notifications`;
      const deliveries = (name: string) => `${feed(name)}/${made.json.id}/deliveries`;
      const exported = (name: string) => `/admin/users/${name}/export`;
      for (const name of [
        'jose\u0301a\u0308o\u0308@contoso.example',
        'JOS\u00C9\u00C4\u00D6@CONTOSO.example',
        'jos\u00E9\u00E4\u00F6@contoso.example',
      ]) {
        assert.equal(await ask(feed, token, name), 200, name);
        assert.equal(await ask(deliveries, service, name), 200, name);
        assert.equal(await ask(exported, admin, name), 200, name);
      }
      const other = 'jose\u00E4\u00F6@contoso.example';
      assert.equal(await ask(feed, token, other), 403);
      assert.equal(await ask(deliveries, service, other), 404);
      assert.equal(await ask(exported, admin, other), 404);
    } finally {
      await hub.close();
      await issuer.close();
    }
  });
}
