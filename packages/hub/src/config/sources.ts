// What the sources give, by setting name: the command line before the environment before the file. What is unknown or may
// not stand there is a problem; what a value must look like is the setting's own.
import { readFileSync } from 'node:fs';
import { errorMessage } from '../lib/error-code.ts';
import {
  isSettingName,
  problemWith,
  type SettingName,
  settingNames,
  settingOf,
  variableOf,
} from './settings.ts';

/** What one source gives. */
export type Given = { readonly [Name in SettingName]?: unknown };

export interface Sources {
  readonly flags: Given;
  readonly environment: NodeJS.ProcessEnv;
  /** The path of a JSON file, or null. */
  readonly file: string | null;
}

/** Adds what is wrong to `problems`. */
export function readSources({ flags, environment, file }: Sources, problems: string[]): Given {
  for (const name of settingNames) {
    if (flags[name] === undefined || !settingOf(name).secret) continue;
    const what =
      'is not for the command line, which every process of the machine may read: use the variable or the file';
    problems.push(problemWith(name, what));
  }
  return { ...(file === null ? {} : readFile(file, problems)), ...readEnvironment(environment), ...flags };
}

function readFile(path: string, problems: string[]): Given {
  const content = readJson(path, problems);
  if (content === undefined) return {};
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    problems.push(`config (CARILLON_CONFIG): ${path} must hold one JSON object`);
    return {};
  }
  const unknown = Object.keys(content).filter((name) => !isSettingName(name));
  for (const name of unknown)
    problems.push(`${name}: unknown in ${path}; known are ${settingNames.join(', ')}`);
  return content;
}

/** Undefined when there is none. */
function readJson(path: string, problems: string[]): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    // The parser's own message quotes the file, which may hold the key.
    const why = error instanceof SyntaxError ? 'it is not valid JSON' : errorMessage(error);
    problems.push(
      `config (CARILLON_CONFIG): ${path} can not be read as JSON: ${why}; correct it, or name another file with --config`,
    );
    return undefined;
  }
}

function readEnvironment(environment: NodeJS.ProcessEnv): Given {
  const given: { [Name in SettingName]?: unknown } = {};
  for (const name of settingNames) {
    const text = environment[variableOf(name)];
    if (text === undefined || text === '') continue;
    given[name] = settingOf(name).repeatable ? text.split(',').map((part) => part.trim()) : text;
  }
  return given;
}
