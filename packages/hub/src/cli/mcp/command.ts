// `carillon mcp`: serves the tools of agents over standard input and output (Model Context Protocol, stdio), for one user
// and app. An agent program starts it. It ends with its input, and whatever it waits for ends with it.
import { Command } from 'commander';
import { withDataOptions } from '../data-dir.ts';
import { appChoice } from '../own-hub.ts';
import { type AgentOptions, HubRequests } from './hub-requests.ts';

export function mcpCommand(): Command {
  const command = new Command('mcp')
    .description('serve tools to an agent program over standard input and output (Model Context Protocol)')
    .requiredOption('--user <name>', 'whom the agent notifies and asks')
    .option('--app <id>', `the app that it acts for ${appChoice}`)
    .action(mcp);
  return withDataOptions(command);
}

async function mcp(options: AgentOptions): Promise<void> {
  const requests = new HubRequests(options);
  // Whoever configures the agent program reads at once what is wrong with the names.
  await requests.findWay();
  const { serveAgent } = await import('./serve-agent.ts');
  await serveAgent((signal) => requests.open(signal));
}
