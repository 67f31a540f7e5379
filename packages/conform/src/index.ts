// The conformance cases and their reports, for `carillon conform` and for tests of other servers.
// A run needs a base URL and a token; nothing of a hub is imported.

export { lineOf, reportJson, reportJunit, reportText, summaryOf } from './reports.ts';
export type { Outcome } from './run.ts';
export { type CaseResult, conform, type RunOptions, type RunResult } from './run.ts';
