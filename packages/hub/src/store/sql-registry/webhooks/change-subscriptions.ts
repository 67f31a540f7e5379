// The change subscriptions: what every commit needs of them is in memory, the rest is read where an endpoint is told. The
// signing secrets are sealed under the operator's key, as push credentials are. A change counts for whatever is committed
// after it, on every node.
import type { ChangeSubscription, KnownChangeSubscription } from '../../../model/change-subscription.ts';
import { invalid } from '../../../model/errors.ts';
import type { ChangeSubscriptions } from '../../registry.ts';
import { registryTables } from '../../registry-tables.ts';
import { type SecretBoxes, SecretKeyError } from '../../secret-box.ts';
import { openTable } from '../rows.ts';
import type { Memory, Row, Session, Transaction } from '../session.ts';

const table = openTable(registryTables.change_subscription);
const knownTable = openTable({ watch: 'text' });
const countTable = openTable({ n: 'bigint' });

export function openKnownChangeSubscriptions(memory: Memory): Pick<ChangeSubscriptions, 'version' | 'known'> {
  let decoded: { version: number; all: readonly KnownChangeSubscription[] } = { version: -1, all: [] };
  return {
    version: () => memory.known('webhook').version,
    known() {
      const { version, rows } = memory.known('webhook');
      if (decoded.version !== version)
        decoded = { version, all: rows.map((row) => JSON.parse(knownTable.read(row).watch)) };
      return decoded.all;
    },
  };
}

const find = `SELECT ${table.names} FROM change_subscription WHERE id = $1`;
const put = `
  INSERT INTO change_subscription(${table.names}) VALUES (${table.placeholders})
  ON CONFLICT (id) DO UPDATE SET watch = excluded.watch, doc = excluded.doc, sealed = excluded.sealed,
    key_id = excluded.key_id`;
const remove = 'DELETE FROM change_subscription WHERE id = $1';
const countAll = 'SELECT count(*) AS n FROM change_subscription';
const isOfApp = 'WHERE app = $1 AND user_key IS NULL';
const isOfUser = 'WHERE app = $1 AND user_key = $2';
const countOfApp = `${countAll} ${isOfApp}`;
const countOfUser = `${countAll} ${isOfUser}`;
const ofApp = `SELECT ${table.names} FROM change_subscription ${isOfApp} ORDER BY id`;
const ofUser = `SELECT ${table.names} FROM change_subscription ${isOfUser} ORDER BY id`;

export function openChangeSubscriptionWrites(
  session: Session,
  boxes: SecretBoxes,
): Omit<ChangeSubscriptions, 'version' | 'known'> {
  const count = async (within: Session, text: string, ...values: string[]): Promise<number> => {
    const [row] = (await within.query(text, ...values)).rows;
    return row ? countTable.read(row).n : 0;
  };
  return {
    async find(id) {
      const [row] = (await session.query(find, id)).rows;
      return row ? decode(row, boxes) : null;
    },
    async list(app, user) {
      const { rows } = await (user === null ? session.query(ofApp, app) : session.query(ofUser, app, user));
      return rows.map((row) => decode(row, boxes));
    },
    add: (given, { ofOwner, ofAll }) =>
      session.atomically(async (within) => {
        await within.raise('webhook');
        const { app, user } = given;
        const own = await (user === null
          ? count(within, countOfApp, app)
          : count(within, countOfUser, app, user));
        if (own >= ofOwner)
          throw invalid(`There are ${own} change subscriptions already: delete one that is no longer used.`);
        if ((await count(within, countAll)) >= ofAll)
          throw invalid(`The hub keeps at most ${ofAll} change subscriptions of all apps together.`);
        await write(within, given, boxes);
      }),
    change: (id, change) =>
      session.atomically(async (within) => {
        await within.raise('webhook');
        const [row] = (await within.query(find, id)).rows;
        const before = row ? decode(row, boxes) : null;
        const after = before && change(before);
        if (before === after) return before;
        if (after) {
          const next = { ...after, version: before.version + 1 };
          await write(within, next, boxes);
          return next;
        }
        await within.query(remove, id);
        return null;
      }),
  };
}

async function write(within: Transaction, row: ChangeSubscription, boxes: SecretBoxes): Promise<void> {
  const { clientId, notificationUrl, lifecycleUrl, clientState, secrets, ...more } = row;
  const { certificate, certificateId, latestTls, created, template, isPrivate, ...watch } = more;
  const doc = { clientId, notificationUrl, lifecycleUrl, clientState, template, isPrivate };
  const box = boxes.make();
  await within.query(
    put,
    row.id,
    row.app,
    row.user,
    JSON.stringify(watch),
    JSON.stringify({ ...doc, certificate, certificateId, latestTls, created }),
    box.seal(JSON.stringify(secrets), row.id, kind),
    box.keyId,
  );
}

/** Bound to the row, as those of a channel are to theirs. */
const kind = 'webhook';

function decode(row: Row, boxes: SecretBoxes): ChangeSubscription {
  const { id, watch, doc, sealed } = table.read(row);
  const secrets = boxes.find()?.open(sealed, id, kind);
  if (secrets == null)
    throw new SecretKeyError(
      `The signing secret of the change subscription ${id} is encrypted under another key: set CARILLON_SECRET_KEY to the one that it was stored with.`,
    );
  // Rows of older versions have no template.
  const whole = { template: null, isPrivate: false, ...JSON.parse(watch), ...JSON.parse(doc) };
  return { ...whole, secrets: JSON.parse(secrets) };
}
