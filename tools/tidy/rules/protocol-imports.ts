// The main entry of the protocol package runs anywhere and has no dependency: outside src/schemas its files import only
// each other. src/schemas describes the same shapes with TypeBox, and imports nothing else.
import { posix } from 'node:path';
import { isTest } from '../place.ts';
import type { Finding, Source } from '../source.ts';

const protocolSource = 'packages/protocol/src/';
const schemas = `${protocolSource}schemas/`;

export function protocolImports(source: Source): Finding[] {
  if (!source.path.startsWith(protocolSource) || isTest(source.path)) return [];
  return source.imports.flatMap(({ specifier, line }) => {
    const message = source.path.startsWith(schemas)
      ? judgeSchema(specifier)
      : judgeMain(posix.join(posix.dirname(source.path), specifier), specifier);
    return message ? [{ path: source.path, line, message }] : [];
  });
}

function judgeSchema(specifier: string): string | undefined {
  if (specifier.startsWith('.') || /^typebox(\/|$)/.test(specifier)) return undefined;
  return `imports ${specifier}: the schemas import nothing but typebox and the files of the protocol`;
}

function judgeMain(target: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) {
    return `imports ${specifier}: the main entry of the protocol has no dependency; only src/schemas may import typebox`;
  }
  if (!target.startsWith(schemas)) return undefined;
  return `imports ${specifier}: the schemas bring typebox into the main entry; let src/schemas import this file instead`;
}
