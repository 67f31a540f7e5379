// The MCP server, by the official SDK: it lists the tools and runs them, in every revision of the protocol that the SDK
// knows. One is made for each request of HTTP and for each connection of stdio. This file and cli/mcp load the SDK, and they
// are loaded themselves with the first request: a hub that no agent calls does without it.
import {
  type CallToolResult,
  createMcpHandler,
  type Tool as ListedTool,
  ProtocolError,
  ProtocolErrorCode,
  Server,
} from '@modelcontextprotocol/server';
import { HubError } from '../../model/errors.ts';
import { refusalText } from './answers.ts';
import { toolTable } from './tools/table.ts';
import { type HubCalls, type Tool, ToolRefusal } from './tools/tool.ts';
import { wireSchema } from './tools/wire-schema.ts';

export interface ServerParts {
  readonly version: string;
  /** The hub, for a call with that signal. */
  readonly openCalls: (signal: AbortSignal) => HubCalls;
  /** Of what is no refusal: a defect. */
  readonly onFailure: (error: unknown) => void;
}

const listed = toolTable.map(
  ({ name, title, description, input, output, hints }): ListedTool => ({
    ...{ name, title, description },
    inputSchema: { ...wireSchema(input, 'input'), type: 'object' },
    outputSchema: { ...wireSchema(output, 'output'), type: 'object' },
    annotations: { ...hints, openWorldHint: false },
  }),
);

const instructions =
  'Carillon shows notifications on all devices of one user, and clears them everywhere once one device has handled them.';

export function openServer({ version, openCalls, onFailure }: ServerParts): Server {
  const server = new Server(
    { name: 'carillon', title: 'Carillon', version },
    { capabilities: { tools: {} }, instructions },
  );
  server.setRequestHandler('tools/list', () => ({ tools: listed }));
  server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
    const tool = toolTable.find(({ name }) => name === params.name);
    if (!tool) throw new ProtocolError(ProtocolErrorCode.InvalidParams, unknownTool(params.name));
    return await resultOf(tool, params.arguments ?? {}, openCalls(mcpReq.signal), onFailure);
  });
  return server;
}

/** One request of HTTP. Nothing of it is kept: what the protocol calls a session holds no state here. */
export function answerRequest(parts: ServerParts, request: Request, parsedBody: unknown): Promise<Response> {
  const options = { onerror: ignored, maxSubscriptions: 0 };
  return createMcpHandler(() => openServer(parts), options).fetch(request, { parsedBody });
}

/** The SDK reports what clients do wrong; it has answered them. */
const ignored = (): void => {};

/** What an agent can do something about is a result that it reads. */
async function resultOf(
  tool: Tool,
  given: unknown,
  calls: HubCalls,
  onFailure: ServerParts['onFailure'],
): Promise<CallToolResult> {
  try {
    const structuredContent = { ...(await tool.run(given, calls)) };
    return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent };
  } catch (error) {
    return { content: [{ type: 'text', text: textOf(error, onFailure) }], isError: true };
  }
}

function textOf(error: unknown, onFailure: ServerParts['onFailure']): string {
  if (error instanceof ToolRefusal) return error.message;
  // Of the arguments, before any operation.
  if (error instanceof HubError) return refusalText(error);
  onFailure(error);
  return 'The hub failed unexpectedly. Its operator finds the cause in its log.';
}

function unknownTool(name: string): string {
  return `There is no tool ${name}: there are ${toolTable.map((each) => each.name).join(', ')}.`;
}
