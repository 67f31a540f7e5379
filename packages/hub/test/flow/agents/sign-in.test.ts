// An agent program signs its user in by itself: the official SDK's client finds the embedded provider by the challenge of
// /mcp, asks for a token for that resource, and calls with it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startHub, userNames } from '@carillon/testing/hub/hub.ts';
import { claimsOf, openBrowser, password } from '@carillon/testing/hub/identity.ts';
import {
  Client,
  type OAuthClientProvider,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';

const redirectUrl = 'http://localhost/in';

/** A client that its operator registered, and what it keeps. */
function openProgram(): OAuthClientProvider & { asked: URL | null; token: string } {
  let verifier = '';
  const program = {
    asked: null as URL | null,
    token: '',
    redirectUrl,
    clientMetadata: { redirect_uris: [redirectUrl] },
    clientInformation: () => ({ client_id: 'app-a-phone' }),
    tokens: () => (program.token === '' ? undefined : { access_token: program.token, token_type: 'Bearer' }),
    saveTokens(tokens: { access_token: string }) {
      program.token = tokens.access_token;
    },
    redirectToAuthorization(url: URL) {
      program.asked = url;
    },
    saveCodeVerifier(text: string) {
      verifier = text;
    },
    codeVerifier: () => verifier,
  };
  return program;
}

async function signIn(url: URL): Promise<string> {
  const browse = openBrowser();
  const page = (await browse(url.href)).headers.get('location') ?? '';
  await browse(page);
  const body = new URLSearchParams({ name: userNames.alice, password });
  const resume = (await browse(page, { method: 'POST', body })).headers.get('location') ?? '';
  return (await browse(resume)).headers.get('location') ?? '';
}

test('an agent program finds where to sign its user in, and calls the tools with the token', async (context) => {
  const hub = await startHub();
  context.after(hub.close);
  const program = openProgram();
  const open = () =>
    new StreamableHTTPClientTransport(new URL('/mcp', hub.baseUrl), { authProvider: program });
  const first = open();
  await assert.rejects(new Client({ name: 'test', version: '1' }).connect(first), {
    name: 'UnauthorizedError',
  });
  const { asked } = program;
  assert.equal(asked?.searchParams.get('resource'), `${hub.baseUrl}/mcp`);
  assert.equal(asked?.searchParams.get('scope'), 'Notifications.ReadWrite.CreatedByApp');
  const { searchParams } = new URL(await signIn(asked));
  await first.finishAuth(searchParams);
  assert.equal(claimsOf(program.token).aud, hub.baseUrl);
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(open());
  context.after(() => client.close());
  const { structuredContent } = await client.callTool({ name: 'list_notifications' });
  assert.deepEqual(structuredContent, { value: [] });
});
