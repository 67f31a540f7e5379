// `carillon plan`: what so many users would need, from what `npm run bench` measured, and which resource breaks first. It
// reads and changes nothing, and needs no hub.
import { Command } from 'commander';
import { printJson } from './data-dir.ts';
import { computePlan, firstLimitOf } from './plan/compute.ts';
import { measured } from './plan/constants.ts';
import { describePlan } from './plan/describe.ts';
import { defaultPlatforms, type NumberName, numberInputs, readInputs, transports } from './plan/inputs.ts';

type PlanOptions = Readonly<Record<string, string | undefined>> & { readonly json?: true };

export function planCommand(): Command {
  const command = new Command('plan').description('what so many users need, and what breaks first');
  for (const name of Object.keys(numberInputs) as NumberName[]) {
    const { about, fallback } = numberInputs[name];
    command.option(`--${name} <number>`, `${about} (default ${fallback})`);
  }
  return command
    .option(
      '--transport <name>',
      `of the streams, as they reach the hub: ${transports.join(', ')} (default sse)`,
    )
    .option('--platforms <shares>', `of the devices (default ${defaultPlatforms})`)
    .option('--json', 'print JSON')
    .action(plan);
}

function plan({ json, ...texts }: PlanOptions): void {
  const computed = computePlan(readInputs(texts as Readonly<Record<string, string | undefined>>));
  const firstLimit = firstLimitOf(computed.inputs);
  if (json) printJson({ ...computed, firstLimit, measured });
  else process.stdout.write(describePlan(computed, firstLimit));
}
