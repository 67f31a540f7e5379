// XML against a schema (XSD), as libxml2 judges it: an implementation that is none of ours.
import { spawnSync } from 'node:child_process';
import { needs, programOf } from '../needs.ts';

/** What is wrong with it, in xmllint's words; null for a valid document. */
export function schemaFaults(xml: string, schemaPath: string): string | null {
  const args = ['--nonet', '--noout', '--schema', schemaPath, '-'];
  const { status, stderr, error } = spawnSync(programOf(needs.xmllint), args, {
    input: xml,
    encoding: 'utf8',
  });
  if (error) throw error;
  return status === 0 ? null : stderr;
}
