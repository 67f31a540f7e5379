// `carillon keys`: replaces a key of the hub beside running hubs. Every node follows at once, nothing that was given out
// under the key before is refused until its time is over, and the audit says who replaced it.
import { Command, InvalidArgumentError, Option } from 'commander';
import { makeSigningKey, type Rotated, rotateSigningKeys } from '../../auth/provider/keys.ts';
import { rotateSecret, type SecretName } from '../../auth/secrets.ts';
import { systemClock } from '../../lib/clock.ts';
import { formatDateTime } from '../../model/date-time.ts';
import type { AuditedWrites } from '../../store/registry.ts';
import { commandLine, type DataOptions, printJson, withDataOptions, withRegistry } from '../data-dir.ts';

interface NowOptions extends DataOptions {
  readonly now?: boolean;
}

interface RotateOptions extends NowOptions {
  /** In minutes. */
  readonly lead: number;
}

const leadMinutes = 10;
const leadMinutesMax = 24 * 60;
const minuteMs = 60_000;

export function keysCommand(): Command {
  const lead = new Option('--lead <minutes>', 'how long the new key is published before it signs')
    .argParser(readMinutes)
    .default(leadMinutes);
  const signing = new Command('signing')
    .description(
      'a new key for the tokens of the embedded provider; those of before stay good until they end',
    )
    .addOption(lead)
    .option('--now', 'it signs at once, and the keys before end, with every token that they signed')
    .action(rotateSigning);
  const rotate = new Command('rotate')
    .description('replace a key of the hub')
    .addCommand(withDataOptions(signing));
  const abouts = {
    cookie: 'a new key for the sessions, refresh tokens and one-time links of the embedded provider',
    sealing: 'a new key for the cursors, tickets and UNS-IDs that devices hold',
  };
  for (const name of ['cookie', 'sealing'] as const) {
    const command = new Command(name)
      .description(`${abouts[name]}; what was given out before stays good`)
      .option('--now', 'the keys before end at once, with everything that was given out under them')
      .action((options: NowOptions) => rotateNamed(name, options));
    rotate.addCommand(withDataOptions(command));
  }
  return new Command('keys').description('keys of the hub').addCommand(rotate);
}

async function rotateSigning(options: RotateOptions): Promise<void> {
  const made = await makeSigningKey();
  const rotated = await record(options, 'signing', async ({ keys }, now) => {
    const before = await keys.findToChange('signing-keys');
    const how = { now, leadMs: options.lead * minuteMs, endsOthers: options.now ?? false };
    const result = rotateSigningKeys(before, made, how);
    await keys.put('signing-keys', result.text);
    return result;
  });
  print(rotated, options);
}

async function rotateNamed(name: SecretName, options: NowOptions): Promise<void> {
  const { sealsFrom, othersUntil } = await record(options, name, (within, now) =>
    rotateSecret(name, within, { now, endsOthers: options.now ?? false }),
  );
  const usedFromDateTime = formatDateTime(sealsFrom);
  const othersUntilDateTime = formatDateTime(othersUntil);
  if (options.json) printJson({ kind: name, usedFromDateTime, othersUntilDateTime });
  else
    process.stdout.write(
      `The new ${name} key is used from ${usedFromDateTime}; those before are good until ${othersUntilDateTime}.\n`,
    );
}

function record<T>(
  options: DataOptions,
  kind: string,
  write: (within: AuditedWrites, now: number) => Promise<T>,
): Promise<T> {
  return withRegistry(options, ({ audit }) => {
    const at = systemClock.now();
    const entry = { at, ...commandLine, what: 'rotateKey', on: `keys/${kind}` };
    return audit.record(entry, (within) => write(within, at));
  });
}

function print({ keyId, signsFrom, othersUntil }: Rotated, { json }: DataOptions): void {
  const signsFromDateTime = formatDateTime(signsFrom);
  const othersUntilDateTime = formatDateTime(othersUntil);
  if (json) printJson({ kind: 'signing', keyId, signsFromDateTime, othersUntilDateTime });
  else
    process.stdout.write(
      `The key ${keyId} signs from ${signsFromDateTime}; those before verify until ${othersUntilDateTime}.\n`,
    );
}

function readMinutes(text: string): number {
  const minutes = Number(text);
  if (text.trim() !== '' && minutes >= 0 && minutes <= leadMinutesMax) return minutes;
  throw new InvalidArgumentError(`It must be a number of minutes from 0 to ${leadMinutesMax}.`);
}
