// docs/commands.md, made from the commands of the program with their arguments and options. `npm run docs` writes it; a test
// fails while the file is another.
import type { Argument, Command, Option } from 'commander';
import { openProgram } from '../../packages/hub/src/cli/program.ts';

const introduction = `# Commands

Every command of \`carillon\`. \`npm run docs\` makes this page from the program itself; \`carillon COMMAND --help\` prints the same.

The commands work beside a running hub and without one, on the same data: \`--data-dir\` (default \`.carillon\`) or
\`--database-url\`. A usage error ends with 2, a configuration that can't be used with 78, anything else that fails with 1.
In a clone of the repository write \`npx carillon\`.
`;

export async function commandsPage(): Promise<string> {
  const program = await openProgram([]);
  return `${introduction}\n${program.commands.map((each) => partOf(each, 'carillon', '##')).join('\n')}`;
}

function partOf(command: Command, parent: string, level: '##' | '###'): string {
  const name = `${parent} ${command.name()}`;
  const usage = [name, ...command.registeredArguments.map(usageOf)].join(' ');
  const head = `${level} ${name}\n\n${sentence(command.description())}\n`;
  const below = command.commands.map((each) => partOf(each, name, '###'));
  if (below.length > 0) return [head, ...below].join('\n');
  const form = command.registeredArguments.length > 0 ? `\n\`${usage}\`\n` : '';
  return `${head}${form}${name === 'carillon serve' ? settings : tableOf(command)}`;
}

const settings = '\nIts options are the settings of the hub: [Configuration](configuration.md).\n';

function tableOf(command: Command): string {
  const shown = command.options.filter(({ hidden }) => !hidden);
  if (shown.length === 0) return '';
  return `\n| option | does |\n|---|---|\n${shown.map(rowOf).join('\n')}\n`;
}

function rowOf(option: Option): string {
  const more = [
    ...(option.defaultValue === undefined || option.defaultValue === false
      ? []
      : [`default \`${[option.defaultValueDescription ?? option.defaultValue].flat().join(' ')}\``]),
    ...(option.envVar === undefined ? [] : [`variable \`${option.envVar}\``]),
  ];
  const about = option.description + (more.length === 0 ? '' : ` (${more.join(', ')})`);
  return `| \`${option.flags}\` | ${cell(about)} |`;
}

function usageOf(argument: Argument): string {
  const name = argument.variadic ? `${argument.name()}...` : argument.name();
  return argument.required ? `<${name}>` : `[${name}]`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** A table of Markdown has one line a row. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '\\<').replace(/\s+/g, ' ');
}
