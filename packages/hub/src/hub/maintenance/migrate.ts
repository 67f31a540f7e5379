// Moves the data of a stopped hub from SQLite into PostgreSQL. Keys, generation, epochs and sequences stay the same, so that
// cursors, UNS-IDs and tokens stay valid. The folder is not changed.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CredentialKind } from '../../model/credentials.ts';
import { BackupError } from '../../store/backup.ts';
import type { AuditAuthor } from '../../store/registry.ts';
import { openSecretBox, type SecretBox, wrongKey } from '../../store/secret-box.ts';
import { openKeyFile } from '../../store/sqlite/file/key-file.ts';
import { openSource } from '../../store/sqlite/maintenance/transfer.ts';
import type { MovedTable, RegistryRow, TransferSource } from '../../store/transfer.ts';
import { lockData, refuseLostFeeds } from '../open-data.ts';

export interface MoveOptions {
  readonly dataDir: string;
  /** Of a database without data. */
  readonly to: string;
  /** What hubs on PostgreSQL will have as CARILLON_SECRET_KEY; null when there is none. */
  readonly secretKey: Buffer | null;
  readonly now: number;
  /** For the audit. */
  readonly by: AuditAuthor;
}

/** Answers what was moved, table by table. Throws when it can't move everything, and then nothing was moved. */
export async function moveToPostgres(options: MoveOptions): Promise<MovedTable[]> {
  const { dataDir, to, now, by } = options;
  if (!existsSync(join(dataDir, 'registry.db')))
    throw new BackupError(`${dataDir} holds no data of Carillon: name the right --data-dir`);
  const { takeIn } = await import('../../store/postgres/maintenance/transfer.ts');
  const lock = lockData({ dataDir });
  try {
    refuseLostFeeds(dataDir);
    const source = openSource(dataDir);
    try {
      return await takeIn({ url: to, source: resealed(source, openReseal(options)), now, by });
    } finally {
      source.close();
    }
  } finally {
    lock.release();
  }
}

function resealed(source: TransferSource, reseal: (row: RegistryRow) => RegistryRow): TransferSource {
  return {
    feeds: (table) => source.feeds(table),
    *registry(table) {
      for (const batch of source.registry(table)) yield table === 'credential' ? batch.map(reseal) : batch;
    },
  };
}

/** Push credentials under the key that the hubs will have, whichever of the two they were stored with. */
function openReseal({ dataDir, secretKey }: MoveOptions): (row: RegistryRow) => RegistryRow {
  const keyFile = join(dataDir, 'secret.key');
  const own = openKeyFile(keyFile, () => null);
  const given = secretKey && openSecretBox(secretKey);
  return (row) => {
    if (!given) throw noKey(keyFile);
    const [app, kind] = [row.app as string, row.kind as CredentialKind];
    const boxes = [given, own.find()].filter((box): box is SecretBox => box?.keyId === row.key_id);
    const plain = boxes[0]?.open(row.sealed as string, app, kind);
    if (plain == null) throw wrongKey(app, kind);
    return { ...row, sealed: given.seal(plain, app, kind), key_id: given.keyId };
  };
}

function noKey(keyFile: string): BackupError {
  const own = existsSync(keyFile) ? ` (to keep the present one: what ${keyFile} holds)` : '';
  return new BackupError(
    `There are push credentials, and hubs on PostgreSQL read them with CARILLON_SECRET_KEY alone: set it for this command too${own}`,
  );
}
