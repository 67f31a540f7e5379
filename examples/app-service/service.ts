// An app service: when an order is ready, it notifies the customer on every device and prints what happens on each.
// POST /orders/{number}/ready with the customer's own token for this service (`Authorization: Bearer …`).
import { createServer, type IncomingMessage } from 'node:http';
import { ConfidentialClientApplication, ProtocolMode } from '@azure/msal-node';
import { Client } from '@microsoft/microsoft-graph-client';

const { HUB = 'https://localhost:4280', APP_ID = 'shop', APP_SECRET = '', PORT = '4000' } = process.env;
const hubHost = new URL(HUB).hostname;
const settled = /^(accepted|fetched|shown|acted|withdrawn|expired|failed|gone|skipped)$/;

const identity = new ConfidentialClientApplication({
  auth: {
    clientId: APP_ID,
    clientSecret: APP_SECRET,
    authority: `${HUB}/identity`,
    knownAuthorities: [new URL(HUB).host],
  },
  system: { protocolMode: ProtocolMode.OIDC },
});

/** Graph's own client, in the name of the user whose token came with the request. */
function graphFor(oboAssertion: string): Client {
  const scopes = ['https://graph.microsoft.com/Notifications.ReadWrite.CreatedByApp'];
  const getAccessToken = async () =>
    (await identity.acquireTokenOnBehalfOf({ oboAssertion, scopes }))?.accessToken ?? '';
  return Client.initWithMiddleware({
    baseUrl: HUB,
    defaultVersion: 'v1.0',
    customHosts: new Set([hubHost]),
    authProvider: { getAccessToken },
  });
}

async function notify(request: IncomingMessage): Promise<{ id: string }> {
  const graph = graphFor(request.headers.authorization?.slice('Bearer '.length) ?? '');
  const order = request.url?.split('/')[2];
  const notification = await graph.api('/me/notifications').post({
    targetHostName: 'shop.example',
    appNotificationId: `order-${order}`,
    payload: { visualContent: { title: `Order ${order} is ready`, body: 'Pick it up until 18:00.' } },
  });
  watch(graph, notification.id).catch(console.error);
  return { id: notification.id };
}

async function watch(graph: Client, id: string, printed: string | null = null): Promise<void> {
  const { value } = await graph.api(`/me/notifications/${id}/deliveries`).get();
  const now = value.map((each: Record<string, string>) => `${each.platform} ${each.status}`).join(', ');
  if (now !== printed) console.log(`${id}: ${now || 'the user has no device'}`);
  const open = value.some((each: Record<string, string>) => !settled.test(each.status ?? ''));
  if (open) setTimeout(() => watch(graph, id, now).catch(console.error), 1_000);
}

createServer(async (request, response) => {
  const answer = await notify(request).catch((error: Error) => ({ error: error.message }));
  response.writeHead('id' in answer ? 202 : 502, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(answer));
}).listen(Number(PORT), () => console.log(`the shop listens on http://localhost:${PORT}`));
