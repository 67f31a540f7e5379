// The command line: every command on one screen. Usage errors end with 2, everything else that fails with 1; either way
// one line on stderr says what is wrong and what would be right.
import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config/problem.ts';
import { readVersion } from '../lib/version.ts';
import { appCommand } from './commands/app/command.ts';
import { askCommand } from './commands/ask.ts';
import { backupCommand, generationCommand, restoreCommand } from './commands/backup.ts';
import { capacityCommand } from './commands/capacity.ts';
import { conformCommand } from './commands/conform.ts';
import { doctorCommand } from './commands/doctor.ts';
import { keysCommand } from './commands/keys.ts';
import { listenCommand } from './commands/listen.ts';
import { migrateCommand } from './commands/migrate.ts';
import { sendCommand } from './commands/send.ts';
import { serveCommand } from './commands/serve.ts';
import { simulateCommand } from './commands/simulate.ts';
import { tokenCommand } from './commands/token.ts';
import { userCommand } from './commands/user.ts';
import { webhookCommand } from './commands/webhook.ts';
import { mcpCommand } from './mcp/command.ts';
import { endWithOutput } from './output.ts';

/** EX_CONFIG of sysexits.h. */
const unusableConfiguration = 78;

function openProgram(): Command {
  const program = new Command('carillon')
    .description('Post one notification for a user; it rings on every device.')
    .version(readVersion(), '-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({ outputError: (message, write) => write(oneLine(message)) });
  const commands = [
    serveCommand(),
    appCommand(),
    userCommand(),
    tokenCommand(),
    keysCommand(),
    sendCommand(),
    askCommand(),
    listenCommand(),
    webhookCommand(),
    mcpCommand(),
    simulateCommand(),
    doctorCommand(),
    conformCommand(),
    capacityCommand(),
    backupCommand(),
    restoreCommand(),
    generationCommand(),
    migrateCommand(),
  ];
  for (const command of commands) {
    inherit(command, program);
    program.addCommand(command);
  }
  return program;
}

export async function runProgram(argv: readonly string[]): Promise<void> {
  endWithOutput();
  try {
    await openProgram().parseAsync(argv);
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
