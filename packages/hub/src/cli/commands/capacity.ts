// `carillon capacity`: what so many users would need, from what `npm run bench` measured, and which resource breaks first. It
// reads and changes nothing, and needs no hub.
import { Command } from 'commander';
import { computeCapacity, firstLimitOf } from '../capacity/compute.ts';
import { measured } from '../capacity/constants.ts';
import { describeCapacity } from '../capacity/describe.ts';
import { defaultPlatforms, numberInputs, numberNames, readInputs, transports } from '../capacity/inputs.ts';
import { printJson } from '../data-dir.ts';

/** By option name; `json` counts by being there. */
type CapacityOptions = Readonly<Record<string, string | undefined>>;

export function capacityCommand(): Command {
  const command = new Command('capacity').description(
    'calculate what your users need, and which limit is reached first',
  );
  for (const name of numberNames) {
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
    .action(showCapacity);
}

function showCapacity({ json, ...texts }: CapacityOptions): void {
  const computed = computeCapacity(readInputs(texts));
  const firstLimit = firstLimitOf(computed.inputs);
  if (json) printJson({ ...computed, firstLimit, measured });
  else process.stdout.write(describeCapacity(computed, firstLimit));
}
