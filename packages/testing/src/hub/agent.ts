// An agent: the official SDK's client of the Model Context Protocol, over HTTP to a hub or over stdio to `carillon mcp`.
// Unmodified, so that what it takes is what agent programs take; it checks each answer against the listed schema.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { launcher } from './command.ts';

/** `legacy`: by an `initialize`, as the revisions up to 2025-11-25 have it; `modern`: 2026-07-28, each request by itself. */
export const eras = ['legacy', 'modern'] as const;
export type Era = (typeof eras)[number];

export interface Called {
  readonly isError: boolean;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a test asserts on is what it checks
  readonly value: any;
}

export interface Agent extends AsyncDisposable {
  readonly client: Client;
  /** Of the process, over stdio. */
  readonly pid: number | null;
  call(tool: string, given?: Record<string, unknown>, options?: { signal?: AbortSignal }): Promise<Called>;
}

type AnyTransport = StreamableHTTPClientTransport | StdioClientTransport;

function clientOf(era: Era): Client {
  const mode = era === 'legacy' ? 'legacy' : { pin: '2026-07-28' };
  return new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
}

async function connect(era: Era, transport: AnyTransport): Promise<Agent> {
  const client = clientOf(era);
  await client.connect(transport);
  // Which schemas to check answers against.
  await client.listTools();
  return {
    client,
    pid: 'pid' in transport ? transport.pid : null,
    async call(tool, given = {}, options = {}) {
      const {
        content,
        isError = false,
        structuredContent,
      } = await client.callTool({ name: tool, arguments: given }, options);
      const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('');
      return { isError, text, value: structuredContent };
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

export interface HttpAgent {
  readonly baseUrl: string;
  readonly token: string;
  readonly era?: Era;
  readonly headers?: Readonly<Record<string, string>>;
}

export function agentOverHttp({ baseUrl, token, era = 'legacy', headers = {} }: HttpAgent): Promise<Agent> {
  const sent = { authorization: `Bearer ${token}`, ...headers };
  return connect(
    era,
    new StreamableHTTPClientTransport(new URL('/mcp', baseUrl), { requestInit: { headers: sent } }),
  );
}

export interface StdioAgent {
  readonly dataDir: string;
  readonly args: readonly string[];
  readonly era?: Era;
}

export function agentOverStdio({ dataDir, args, era = 'legacy' }: StdioAgent): Promise<Agent> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  for (const name of Object.keys(env)) if (name.startsWith('CARILLON_')) delete env[name];
  const command = { command: process.execPath, args: [launcher, 'mcp', ...args] };
  return connect(
    era,
    new StdioClientTransport({ ...command, env: { ...env, CARILLON_DATA_DIR: dataDir }, stderr: 'inherit' }),
  );
}
