// MSAL for Python, as PyPI has it, against the embedded provider over TLS: sign-in by code, refresh, client credentials, and
// On-Behalf-Of with the scopes of Microsoft's samples, with `oidc_authority` and with `authority`.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startHub } from '@carillon/testing/hub/hub.ts';
import { claimsOf } from '@carillon/testing/hub/identity.ts';

const version = '1.39.0';
const script = join(import.meta.dirname, '..', '..', 'fixtures', 'msal-flows.py');
const cache = join(import.meta.dirname, '../../../../../node_modules/.cache', `msal-python-${version}`);
const created = 'Notifications.ReadWrite.CreatedByApp';

/** Its Python, with MSAL installed; null where there is none, or no way to PyPI. */
function findPython(): string | null {
  const python = join(cache, 'bin', 'python');
  if (existsSync(join(cache, 'whole'))) return python;
  rmSync(cache, { recursive: true, force: true });
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `msal==${version}`];
  // bound: a registry that does not answer is none
  const patience = { timeout: 120_000 };
  for (const [program, args] of [
    ['python3', ['-m', 'venv', cache]],
    [python, pip],
    [python, ['-c', `import msal; open(${JSON.stringify(join(cache, 'whole'))}, 'w')`]],
  ] as const)
    if (spawnSync(program, args, patience).status !== 0) return null;
  return python;
}

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

const python = findPython();
for (const mode of ['oidc', 'authority']) {
  test(`MSAL for Python, ${mode}: code, refresh, client credentials and On-Behalf-Of`, async (context) => {
    if (!python) return context.skip('MSAL for Python can not be installed here');
    await using hub = await startHub({ settings: { 'tls-dev': true } });
    const assertion = hub.token({
      ...{ user: 'alice', client: 'app-a-phone', audience: 'app-a', scopes: ['user_impersonation'] },
    });
    const publicUrl = `https://localhost:${new URL(hub.baseUrl).port}`;
    const child = spawn(python, [script, publicUrl, mode, 'http://localhost/in', assertion], {
      env: { ...process.env, REQUESTS_CA_BUNDLE: hub.hub.caPath ?? '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [said, failed] = ['', ''];
    child.stdout.on('data', (chunk) => (said += String(chunk)));
    child.stderr.on('data', (chunk) => (failed += String(chunk)));
    const [status] = await once(child, 'close');
    assert.equal(status, 0, failed);
    const { account, ...tokens } = JSON.parse(said) as Answers;
    const claims = (flow: Exclude<keyof Answers, 'account'>) => {
      assert.ok(tokens[flow]?.access_token, `${flow}: ${said}`);
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
