// The command line: every command on one screen. Usage errors end with 2, everything else that fails with 1; either way
// one line on stderr says what is wrong and what would be right.
import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config.ts';
import { appCommand } from './app.ts';
import { sendCommand } from './send.ts';
import { serveCommand } from './serve.ts';
import { tokenCommand } from './token.ts';
import { userCommand } from './user.ts';

/** EX_CONFIG of sysexits.h. */
const unusableConfiguration = 78;

export function openProgram(): Command {
  const program = new Command('carillon')
    .description('Post one notification for a user; every device learns of it at once.')
    .exitOverride()
    .configureOutput({ outputError: (message, write) => write(oneLine(message)) });
  const commands = [serveCommand(), appCommand(), userCommand(), tokenCommand(), sendCommand()];
  for (const command of commands) {
    inherit(command, program);
    program.addCommand(command);
  }
  return program;
}

export async function runProgram(argv: readonly string[]): Promise<void> {
  try {
    await openProgram().parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    if (error instanceof ConfigError) {
      for (const problem of error.problems) process.stderr.write(`carillon: ${problem}\n`);
      process.exitCode = unusableConfiguration;
      return;
    }
    process.stderr.write(oneLine(error instanceof Error ? error.message : String(error)));
    process.exitCode = 1;
  }
}

/** Commands are made on their own, so what they share with the program is handed down afterwards. */
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
