// Runs the cases one after the other, since they share a person's feed, and says how each ended. The end of the run removes
// what it has made.
import type { Case, Section } from './case.ts';
import { sections } from './sections.ts';
import { type Reach, Subject, type Tokens, Untried } from './subject.ts';

export type Outcome = 'passed' | 'failed' | 'skipped';

export interface CaseResult {
  /** `2.5 Status codes`. */
  readonly section: string;
  readonly number: string;
  readonly name: string;
  readonly outcome: Outcome;
  /** Why it failed or was skipped. */
  readonly reason: string | null;
  readonly milliseconds: number;
}

export interface RunResult {
  readonly baseUrl: string;
  readonly startedDateTime: string;
  readonly cases: readonly CaseResult[];
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface RunOptions extends Tokens, Reach {
  readonly baseUrl: string;
  /** A verified host name of the app, where the hub names none. */
  readonly targetHost?: string;
  /** Numbers of sections: `2` means 2.1 to 2.5 too. Absent: all. */
  readonly only?: readonly string[];
  /** Ends with the first case that fails. */
  readonly bail?: boolean;
  readonly onCase?: (result: CaseResult) => void;
}

export async function conform(options: RunOptions): Promise<RunResult> {
  const startedDateTime = new Date().toISOString();
  const chosen = choose(options.only);
  const hub = new Subject(options.baseUrl, options, options);
  await hub.open(options.targetHost);
  const cases: CaseResult[] = [];
  try {
    for (const [section, each] of chosen.flatMap((of) => of.cases.map((one) => [of, one] as const))) {
      const result = await attempt(hub, section, each);
      cases.push(result);
      options.onCase?.(result);
      if (options.bail && result.outcome === 'failed') break;
    }
  } finally {
    await hub.close();
  }
  const count = (outcome: Outcome): number => cases.filter((each) => each.outcome === outcome).length;
  return {
    baseUrl: hub.baseUrl,
    startedDateTime,
    cases,
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
  };
}

function choose(only?: readonly string[]): readonly Section[] {
  if (!only || only.length === 0) return sections;
  for (const wanted of only) {
    if (!sections.some(({ number }) => isWithin(number, wanted)))
      throw new Error(`there is no section ${wanted}: ${sections.map(({ number }) => number).join(', ')}`);
  }
  return sections.filter(({ number }) => only.some((wanted) => isWithin(number, wanted)));
}

function isWithin(number: string, wanted: string): boolean {
  return number === wanted || number.startsWith(`${wanted}.`);
}

async function attempt(hub: Subject, { number, title }: Section, each: Case): Promise<CaseResult> {
  const begun = performance.now();
  const ended = (outcome: Outcome, reason: string | null): CaseResult => ({
    section: `${number} ${title}`,
    number,
    name: each.name,
    outcome,
    reason,
    milliseconds: Math.round(performance.now() - begun),
  });
  const missing = (each.needs ?? []).filter((need) => !hub.has(need));
  if (missing.length > 0) return ended('skipped', `no ${missing.join(', no ')} was given`);
  try {
    await each.run(hub);
    return ended('passed', null);
  } catch (error) {
    if (error instanceof Untried) return ended('skipped', error.message);
    return ended('failed', error instanceof Error ? error.message : String(error));
  }
}
