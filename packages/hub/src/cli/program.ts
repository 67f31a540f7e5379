// The command line: every command on one screen. Usage errors end with 2, everything else that fails with 1; either way
// one line on stderr says what is wrong and what would be right.
import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config/problem.ts';
import { readVersion } from '../lib/version.ts';
import { endWithOutput } from './output.ts';

/** EX_CONFIG of sysexits.h. */
const unusableConfiguration = 78;

/** In the order of the help. Each is loaded when it is the one that runs, for most need little of the others. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  async serve() {
    (await import('../lib/young-generation.ts')).holdYoungGeneration();
    return (await import('./commands/serve.ts')).serveCommand();
  },
  app: async () => (await import('./commands/app/command.ts')).appCommand(),
  user: async () => (await import('./commands/user.ts')).userCommand(),
  token: async () => (await import('./commands/token.ts')).tokenCommand(),
  keys: async () => (await import('./commands/keys.ts')).keysCommand(),
  send: async () => (await import('./commands/send.ts')).sendCommand(),
  ask: async () => (await import('./commands/ask.ts')).askCommand(),
  listen: async () => (await import('./commands/listen.ts')).listenCommand(),
  webhook: async () => (await import('./commands/webhook.ts')).webhookCommand(),
  nodes: async () => (await import('./commands/nodes.ts')).nodesCommand(),
  mcp: async () => (await import('./mcp/command.ts')).mcpCommand(),
  simulate: async () => (await import('./commands/simulate.ts')).simulateCommand(),
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand(),
  conform: async () => (await import('./commands/conform.ts')).conformCommand(),
  capacity: async () => (await import('./commands/capacity.ts')).capacityCommand(),
  backup: async () => (await import('./commands/backup.ts')).backupCommand(),
  restore: async () => (await import('./commands/backup.ts')).restoreCommand(),
  generation: async () => (await import('./commands/backup.ts')).generationCommand(),
  migrate: async () => (await import('./commands/migrate.ts')).migrateCommand(),
};

/** Without a command that is named, all of them. */
export async function openProgram([, , name = '']: readonly string[]): Promise<Command> {
  const program = new Command('carillon')
    .description('Post one notification for a user; it rings on every device.')
    .version(readVersion(), '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({ outputError: (message, write) => write(oneLine(message)) });
  const named = Object.hasOwn(commands, name) ? commands[name] : undefined;
  // Help lists all of them, and a word that is none of them is compared with all.
  for (const load of named ? [named] : Object.values(commands)) {
    const command = await load();
    inherit(command, program);
    program.addCommand(command);
  }
  return program;
}

export async function runProgram(argv: readonly string[]): Promise<void> {
  endWithOutput();
  try {
    await (await openProgram(argv)).parseAsync(argv);
  } catch (error) {
    const code = report(error);
    if (code === 0) return;
    // A failed command ends, whatever it left open. Its output must be written first.
    await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
    process.exit(code);
  }
}

/** Says what is wrong, and answers the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof ConfigError) {
    for (const problem of error.problems) process.stderr.write(oneLine(problem));
    return unusableConfiguration;
  }
  process.stderr.write(oneLine(error instanceof Error ? error.message : String(error)));
  return 1;
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}

/** Commands are created on their own, so the program's shared options are passed on afterwards. */
function inherit(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inherit(child, command);
}

function oneLine(message: string): string {
  const text = message
    .replace(/^error: /, '')
    .trim()
    .replace(/\s*\n\s*/g, ' ');
  return `carillon: ${text}\n`;
}
