// An agent that asks before it deploys. It starts `carillon mcp` and waits for an answer of the user, on whatever device.
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const [user = 'alice@demo.example', app = 'demo', dataDir = '.carillon'] = process.argv.slice(2);
const args = ['carillon', 'mcp', '--user', user, '--app', app, '--data-dir', dataDir];
const client = new Client({ name: 'deployer', version: '1' });
await client.connect(new StdioClientTransport({ command: 'npx', args }));

type Asked = { id: string; isOpen: boolean; response: { actionId: string | null } | null };
const call = async (name: string, given: Record<string, unknown>) =>
  (await client.callTool({ name, arguments: given })).structuredContent as Asked;

const actions = Object.entries({ approve: 'Deploy', reject: 'No' }).map(([id, title]) => ({ id, title }));
let asked = await call('ask_user', { title: 'Deploy version 7?', actions, timeoutSeconds: 600 });
while (asked.isOpen) asked = await call('get_response', { id: asked.id, waitSeconds: 45 });
console.log(asked.response?.actionId === 'approve' ? 'Deploying.' : 'Not deploying.');
await client.close();
