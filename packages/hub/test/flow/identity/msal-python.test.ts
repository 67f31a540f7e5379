// MSAL for Python, as PyPI has it, against the embedded provider over TLS: sign-in by code, refresh, client credentials, and
// On-Behalf-Of with the scopes of Microsoft's samples, with `oidc_authority` and with `authority`.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { startHub } from '@carillon/testing/hub/hub.ts';
import { claimsOf } from '@carillon/testing/hub/identity.ts';
import { findPython, runPython } from '@carillon/testing/machine/python/python.ts';

const script = join(import.meta.dirname, '..', '..', 'fixtures', 'msal-flows.py');
const created = 'Notifications.ReadWrite.CreatedByApp';

interface Token {
  readonly access_token: string;
  readonly scope?: string;
}

interface Answers {
  readonly account: string;
  readonly app: Token;
  readonly onBehalfOf: Token;
  readonly signedIn: Token;
  readonly cached: Token;
  readonly refreshed: Token;
}

const python = findPython({ name: 'msal', version: '1.39.0', module: 'msal' });
for (const mode of ['oidc', 'authority']) {
  test(`MSAL for Python, ${mode}: code, refresh, client credentials and On-Behalf-Of`, async (context) => {
    if (!python) return context.skip('MSAL for Python can not be installed here');
    await using hub = await startHub({ settings: { 'tls-dev': true } });
    const assertion = hub.token({
      ...{ user: 'alice', client: 'app-a-phone', audience: 'app-a', scopes: ['user_impersonation'] },
    });
    const publicUrl = `https://localhost:${new URL(hub.baseUrl).port}`;
    const said = await runPython(python, [script, publicUrl, mode, 'http://localhost/in', assertion], {
      REQUESTS_CA_BUNDLE: hub.hub.caPath ?? '',
    });
    const { account, ...tokens } = said as Answers;
    const claims = (flow: Exclude<keyof Answers, 'account'>) => {
      assert.ok(tokens[flow]?.access_token, flow);
      return claimsOf(tokens[flow].access_token);
    };
    assert.equal(account, 'alice@contoso.example');
    assert.equal(claims('app').idtyp, 'app');
    for (const flow of ['onBehalfOf', 'signedIn', 'cached', 'refreshed'] as const)
      assert.equal(claims(flow).scp, created);
    assert.equal(tokens.cached.access_token, tokens.signedIn.access_token);
    assert.notEqual(tokens.refreshed.access_token, tokens.signedIn.access_token);
    assert.ok(!tokens.onBehalfOf.scope?.includes('User.Read'));
  });
}
