// The stdio transport of the official SDK, over this process's input and output. It is loaded when the command runs, and by
// nothing else. Standard output carries the protocol alone; what goes wrong is said on standard error.
import { once } from 'node:events';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { openServer } from '../../edge/mcp/serve.ts';
import type { HubCalls } from '../../edge/mcp/tools/tool.ts';
import { errorMessage } from '../../lib/error-code.ts';
import { readVersion } from '../../lib/version.ts';

/** Of a line, which is one message; the hub takes less. */
const lineBytesMax = 1024 * 1024;

export async function serveAgent(openCalls: (signal: AbortSignal) => HubCalls): Promise<void> {
  const { stdin, stdout } = process;
  const parts = { version: readVersion(), openCalls, onFailure: report };
  const transport = new StdioServerTransport(stdin, stdout, { maxBufferSize: lineBytesMax });
  const ended = Promise.race([once(stdin, 'end'), once(stdin, 'close')]);
  const served = serveStdio(() => openServer(parts), { transport, onerror: report, maxSubscriptions: 0 });
  await ended;
  await served.close();
}

function report(error: unknown): void {
  process.stderr.write(`carillon: ${errorMessage(error)}\n`);
}
