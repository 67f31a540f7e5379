// The contract of the registry, for every back end: `open` gives two connections on one fresh store, as a running hub
// and a command beside it have.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { App } from '../../src/model/app.ts';
import type { GrantRecord, Registry } from '../../src/store/registry.ts';

export interface OpenedPair extends AsyncDisposable {
  readonly hub: Registry;
  readonly command: Registry;
}

function app(id: string, { hosts = [], clients = [id] }: { hosts?: string[]; clients?: string[] } = {}): App {
  return {
    id,
    hosts,
    blocked: false,
    clients: clients.map((clientId) => ({ clientId, public: false, secretHash: 'hash', redirectUris: [] })),
  };
}

const grant: GrantRecord = {
  model: 'RefreshToken',
  id: 'one',
  payload: { scope: 'openid' },
  grantId: 'grant',
  uid: 'uid',
  userCode: 'code',
  expiresAt: 1000,
};

export function registryContract(name: string, open: () => Promise<OpenedPair>): void {
  describe(`${name}: apps`, () => {
    test('an app is found by its id and by each of its clients', async () => {
      await using pair = await open();
      const stored = app('service', { hosts: ['a.example'], clients: ['service', 'phone'] });
      pair.hub.apps.put(stored);
      assert.deepEqual(pair.hub.apps.findById('service'), stored);
      assert.deepEqual(pair.hub.apps.findByClient('phone'), stored);
      assert.deepEqual(pair.hub.apps.list(), [stored]);
      assert.equal(pair.hub.apps.findByClient('nobody'), null);
    });

    test('what a command writes is seen by the hub in its next turn, and changes the version', async () => {
      await using pair = await open();
      const before = pair.hub.apps.version();
      pair.command.apps.put(app('service', { clients: ['service', 'phone'] }));
      await nextTurn();
      assert.notEqual(pair.hub.apps.version(), before);
      assert.equal(pair.hub.apps.findByClient('phone')?.id, 'service');
      pair.command.apps.put(app('service'));
      await nextTurn();
      assert.equal(pair.hub.apps.findByClient('phone'), null);
    });

    test("one's own write changes the version, another kind of write doesn't", async () => {
      await using pair = await open();
      const before = pair.hub.apps.version();
      pair.hub.apps.put(app('service'));
      const after = pair.hub.apps.version();
      assert.notEqual(after, before);
      pair.command.meta.write('key', 'value');
      assert.equal(pair.hub.apps.version(), after);
    });

    test('a client id or host of another app is refused with its name, and nothing is changed', async () => {
      await using pair = await open();
      pair.hub.apps.put(app('first', { hosts: ['a.example'] }));
      pair.hub.apps.put(app('second', { hosts: ['b.example'] }));
      const version = pair.hub.apps.version();
      assert.throws(
        () => pair.command.apps.put(app('second', { hosts: ['a.example'] })),
        /a\.example already belongs to the app first/,
      );
      assert.throws(
        () => pair.command.apps.put(app('second', { clients: ['second', 'first'] })),
        /first already belongs to the app first/,
      );
      assert.deepEqual(pair.hub.apps.findById('second')?.hosts, ['b.example']);
      assert.equal(pair.hub.apps.version(), version);
    });

    test('an app may be put again with its own hosts, and frees those it no longer has', async () => {
      await using pair = await open();
      pair.hub.apps.put(app('first', { hosts: ['a.example', 'b.example'] }));
      pair.hub.apps.put(app('first', { hosts: ['a.example'] }));
      pair.hub.apps.put(app('second', { hosts: ['b.example'] }));
      assert.deepEqual(pair.hub.apps.findById('second')?.hosts, ['b.example']);
    });
  });

  describe(`${name}: users`, () => {
    const alice = { id: '1', name: 'Alice@Contoso.example', passwordHash: 'hash', operator: true };

    test('a user is found by id, and by name in any case, on every connection', async () => {
      await using pair = await open();
      pair.command.users.put(alice);
      assert.deepEqual(pair.hub.users.findById('1'), alice);
      assert.deepEqual(pair.hub.users.findByName('alice@contoso.EXAMPLE'), alice);
      assert.deepEqual(pair.hub.users.list(), [alice]);
      assert.equal(pair.hub.users.findByName('bob'), null);
    });

    test('a name belongs to one user, whatever its case', async () => {
      await using pair = await open();
      pair.hub.users.put(alice);
      assert.throws(
        () => pair.command.users.put({ ...alice, id: '2', name: 'ALICE@contoso.example' }),
        /There is already a user named ALICE@contoso\.example/,
      );
      pair.command.users.put({ ...alice, passwordHash: 'new' });
      assert.equal(pair.hub.users.findById('1')?.passwordHash, 'new');
    });
  });

  describe(`${name}: grants`, () => {
    test('a record is found by model and id, by uid and by user code', async () => {
      await using pair = await open();
      pair.hub.grants.put(grant);
      assert.deepEqual(pair.command.grants.find('RefreshToken', 'one'), grant);
      assert.deepEqual(pair.command.grants.findByUid('RefreshToken', 'uid'), grant);
      assert.deepEqual(pair.command.grants.findByUserCode('RefreshToken', 'code'), grant);
      assert.equal(pair.command.grants.find('Session', 'one'), null);
    });

    test('consuming marks the payload, removing forgets the record', async () => {
      await using pair = await open();
      pair.hub.grants.put(grant);
      pair.hub.grants.consume('RefreshToken', 'one', 7);
      assert.deepEqual(pair.hub.grants.find('RefreshToken', 'one')?.payload, {
        scope: 'openid',
        consumed: 7,
      });
      pair.hub.grants.remove('RefreshToken', 'one');
      assert.equal(pair.hub.grants.find('RefreshToken', 'one'), null);
    });

    test('removing by grant takes all records of the grant, of whatever model', async () => {
      await using pair = await open();
      pair.hub.grants.put(grant);
      pair.hub.grants.put({ ...grant, model: 'AuthorizationCode' });
      pair.hub.grants.put({ ...grant, id: 'two', grantId: 'another' });
      pair.hub.grants.removeByGrant('grant');
      assert.equal(pair.hub.grants.find('RefreshToken', 'one'), null);
      assert.equal(pair.hub.grants.find('AuthorizationCode', 'one'), null);
      assert.ok(pair.hub.grants.find('RefreshToken', 'two'));
    });

    test('the sweep removes what ended, at most as many as asked, and never what has no end', async () => {
      await using pair = await open();
      for (const id of ['a', 'b', 'c']) pair.hub.grants.put({ ...grant, id });
      pair.hub.grants.put({ ...grant, id: 'later', expiresAt: 5000 });
      pair.hub.grants.put({ ...grant, id: 'never', expiresAt: null });
      assert.equal(pair.hub.grants.removeExpired(2000, 2), 2);
      assert.equal(pair.hub.grants.removeExpired(2000, 2), 1);
      assert.equal(pair.hub.grants.removeExpired(2000, 2), 0);
      assert.ok(pair.hub.grants.find('RefreshToken', 'later'));
      assert.ok(pair.hub.grants.find('RefreshToken', 'never'));
    });
  });

  describe(`${name}: facts and tickets`, () => {
    test('the first maker of a fact wins, a write replaces it', async () => {
      await using pair = await open();
      assert.equal(pair.hub.meta.read('key'), null);
      assert.equal(
        pair.hub.meta.readOrMake('key', () => 'first'),
        'first',
      );
      assert.equal(
        pair.command.meta.readOrMake('key', () => 'second'),
        'first',
      );
      pair.command.meta.write('key', 'third');
      assert.equal(pair.hub.meta.read('key'), 'third');
    });

    test('a ticket is spent once over all connections, until long after its end', async () => {
      await using pair = await open();
      assert.equal(pair.hub.tickets.spend('ticket', 1000, 500), true);
      assert.equal(pair.command.tickets.spend('ticket', 1000, 600), false);
      assert.equal(pair.command.tickets.spend('another', 3000, 2000), true);
      assert.equal(pair.hub.tickets.spend('another', 3000, 2100), false);
    });
  });
}

/** Of the event loop, in which a request that was sent meanwhile would be read. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
