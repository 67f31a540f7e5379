// Fills in the folded names of feeds that a hub of an older version wrote, at each start, in steps: an index has just
// those, and is empty afterwards. Hubs that start at once share the rows.
import type { ClientBase } from 'pg';
import { foldName } from '../../../model/fold-name.ts';
import { decodeText } from '../../columns.ts';
import { packText, readText } from './tables.ts';

const rowsAtOnce = 1000;

export async function fillFoldedNames(client: ClientBase): Promise<void> {
  for (let filled = rowsAtOnce; filled === rowsAtOnce; ) {
    // One statement for both would fold in SQL. A name that changes in between comes with its key.
    const { rows } = await client.query(
      'SELECT lane, user_key, name FROM feed WHERE name_key IS NULL AND epoch > 0 ORDER BY lane, user_key LIMIT $1',
      [rowsAtOnce],
    );
    const names = rows.map((row) => decodeText(row.name));
    await client.query(
      `UPDATE feed f SET name_key = k.name_key
      FROM unnest($1::smallint[], $2::uuid[], $3::text[], $4::text[]) AS k(lane, user_key, name, name_key)
      WHERE f.lane = k.lane AND f.user_key = k.user_key AND f.name = k.name AND f.name_key IS NULL`,
      [
        rows.map((row) => row.lane),
        rows.map((row) => row.user_key),
        names,
        names.map((name) => packText(foldName(readText(name)))),
      ],
    );
    filled = rows.length;
  }
}
