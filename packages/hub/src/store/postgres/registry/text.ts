// Texts of the registry as PostgreSQL stores them. It can't hold U+0000, which a client may well send, so that is escaped,
// and so is what escapes it.
import type { Row } from '../../sql-registry/session.ts';

export function packText(text: string): string {
  return text.replaceAll('\x1a', '\x1a1').replaceAll('\0', '\x1a0');
}

export function unpackText(text: string): string {
  return text.replaceAll('\x1a0', '\0').replaceAll('\x1a1', '\x1a');
}

export function unpackRow(row: Row): Row {
  if (!Object.values(row).some((value) => typeof value === 'string' && value.includes('\x1a'))) return row;
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === 'string' ? unpackText(value) : value]),
  );
}
