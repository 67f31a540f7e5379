// `carillon conform`: tries what the API promises against any deployment, case by case. Exits 0 when every case that was
// tried holds, 1 when one does not.
import { writeFileSync } from 'node:fs';
import type { CaseResult, RunResult } from '@carillon/conform';
import { Command, InvalidArgumentError, Option } from 'commander';

interface ConformOptions {
  readonly baseUrl: string;
  readonly token: string;
  readonly secondToken?: string;
  readonly appToken?: string;
  readonly otherAppToken?: string;
  readonly operatorToken?: string;
  readonly targetHost?: string;
  readonly webhookUrl?: string;
  readonly webhookPort?: number;
  readonly section?: readonly string[];
  readonly bail?: boolean;
  readonly report: 'text' | 'json' | 'junit';
  readonly json?: boolean;
  readonly output?: string;
}

export function conformCommand(): Command {
  return new Command('conform')
    .description('try what the API promises against a deployment, case by case; exits 1 when a case fails')
    .requiredOption('--base-url <url>', 'the public URL of the deployment')
    .requiredOption('--token <token>', "a person's token, through an app")
    .option('--second-token <token>', "another person's, through the same app")
    .option('--app-token <token>', "the app's own")
    .option('--other-app-token <token>', "a person's, through another app")
    .option('--operator-token <token>', "an operator's")
    .option('--target-host <host>', 'a verified host name of the app (default: the first that the hub names)')
    .option('--webhook-url <url>', 'how the hub reaches this machine, for cases of webhooks')
    .option('--webhook-port <number>', 'where to listen for that (default: any free port)', readPort)
    .option('--section <numbers...>', 'only these sections, such as 2.2 or 10')
    .option('--bail', 'end with the first case that fails')
    .addOption(
      new Option('--report <form>', 'form of the report').choices(['text', 'json', 'junit']).default('text'),
    )
    .option('--json', 'the same as --report json')
    .option('--output <file>', 'write the report to this file, and the lines of the cases to standard output')
    .action(runConform);
}

function readPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new InvalidArgumentError('It is a whole number from 0 to 65535.');
}

async function runConform(options: ConformOptions): Promise<void> {
  // Loaded by this command alone.
  const { conform, lineOf, reportJson, reportJunit, reportText, summaryOf } = await import(
    '@carillon/conform'
  );
  const report = options.json ? 'json' : options.report;
  const isLive = report === 'text' || options.output !== undefined;
  const onCase = (result: CaseResult): void => {
    if (isLive) process.stdout.write(`${lineOf(result)}\n`);
  };
  const { section, ...rest } = options;
  const result: RunResult = await conform({ ...rest, onCase, ...(section ? { only: section } : {}) });
  const whole = { text: reportText, json: reportJson, junit: reportJunit }[report](result);
  if (options.output !== undefined) writeFileSync(options.output, whole);
  process.stdout.write(isLive ? `${summaryOf(result)}\n` : whole);
  if (result.failed > 0) process.exitCode = 1;
}
