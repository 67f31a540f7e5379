// The report of a run: text for a person, JSON for a program, JUnit's XML for a CI server.
// All three are made from the same result.
import type { CaseResult, RunResult } from './run.ts';

const marks = { passed: '✔', failed: '✖', skipped: '–' } as const;

/** The line of one case, as the run prints it on the way. */
export function lineOf({ number, name, outcome, reason }: CaseResult): string {
  const why = reason === null ? '' : `\n    ${reason.replaceAll('\n', '\n    ')}`;
  return `${marks[outcome]} ${number} ${name}${why}`;
}

export function summaryOf({ passed, failed, skipped }: RunResult): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

export function reportText(result: RunResult): string {
  return `${[...result.cases.map(lineOf), summaryOf(result)].join('\n')}\n`;
}

export function reportJson(result: RunResult): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}

/** One testsuite a section. */
export function reportJunit(result: RunResult): string {
  const bySection = Map.groupBy(result.cases, ({ section }) => section);
  const suites = [...bySection].map(([section, cases]) => {
    const counted = `tests="${cases.length}" failures="${countOf(cases, 'failed')}" skipped="${countOf(cases, 'skipped')}"`;
    const lines = cases.map((each) => `    ${testcase(each)}`).join('\n');
    return `  <testsuite name="${escaped(section)}" ${counted} time="${secondsOf(cases)}">\n${lines}\n  </testsuite>`;
  });
  const total = `tests="${result.cases.length}" failures="${result.failed}" skipped="${result.skipped}"`;
  const head = `<testsuites name="carillon conform" ${total} time="${secondsOf(result.cases)}">`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${head}\n${suites.join('\n')}\n</testsuites>\n`;
}

function testcase({ section, name, outcome, reason, milliseconds }: CaseResult): string {
  const attributes = `classname="${escaped(section)}" name="${escaped(name)}" time="${milliseconds / 1000}"`;
  const why = escaped(reason ?? '');
  if (outcome === 'passed') return `<testcase ${attributes}/>`;
  const inner =
    outcome === 'failed' ? `<failure message="${why}">${why}</failure>` : `<skipped message="${why}"/>`;
  return `<testcase ${attributes}>${inner}</testcase>`;
}

function countOf(cases: readonly CaseResult[], outcome: CaseResult['outcome']): number {
  return cases.filter((each) => each.outcome === outcome).length;
}

function secondsOf(cases: readonly CaseResult[]): number {
  return cases.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
}

/** Without the characters that XML 1.0 can't hold at all. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;');
}
