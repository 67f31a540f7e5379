// What is wrong with a configuration: all of it at once, one line each. The command line prints the lines and ends with
// EX_CONFIG.

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}
