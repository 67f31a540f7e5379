// The contract of the registry, for every back end: `open` gives two connections on one fresh store, as a running hub
// and a command beside it have.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { given } from '@carillon/testing/feed/credentials.ts';
import type { App } from '../../src/model/app.ts';
import type { Credentials } from '../../src/model/credentials.ts';
import type { GrantRecord, NoteBound, NoteKind, Registry } from '../../src/store/registry.ts';
import { redrivesContract } from './registered/redrives.ts';
import { spellings } from './store-names.ts';

const wns = { clientId: 'client', clientSecret: 'hush', tokenUrl: 'https://t.example' } as const;

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
  account: null,
};

export function registryContract(name: string, open: () => Promise<OpenedPair>): void {
  redrivesContract(name, open);
  describe(`${name}: apps`, () => {
    test('an app is found by its id and by each of its clients', async () => {
      await using pair = await open();
      const stored = app('service', { hosts: ['a.example'], clients: ['service', 'phone'] });
      await pair.hub.apps.put(stored);
      assert.deepEqual(pair.hub.apps.findById('service'), stored);
      assert.deepEqual(pair.hub.apps.findByClient('phone'), stored);
      assert.deepEqual(pair.hub.apps.list(), [stored]);
      assert.equal(pair.hub.apps.findByClient('nobody'), null);
    });

    test('what a command writes is seen by the hub in its next turn, and changes the version', async () => {
      await using pair = await open();
      const before = pair.hub.apps.version();
      await pair.command.apps.put(app('service', { clients: ['service', 'phone'] }));
      await nextTurn();
      assert.notEqual(pair.hub.apps.version(), before);
      assert.equal(pair.hub.apps.findByClient('phone')?.id, 'service');
      await pair.command.apps.put(app('service'));
      await nextTurn();
      assert.equal(pair.hub.apps.findByClient('phone'), null);
    });

    test('a key that a command replaces is the hub’s in its next turn, as part of the audited write or not at all', async () => {
      await using pair = await open();
      await pair.hub.meta.readOrMake('signing-keys', () => 'first');
      const entry = { at: 1, who: 'w', from: null, what: 'rotateKey', on: 'keys/signing' };
      await pair.command.audit.record(entry, async ({ keys }) => {
        assert.equal(await keys.findToChange('signing-keys'), 'first');
        await keys.put('signing-keys', 'second');
      });
      await nextTurn();
      assert.equal(pair.hub.keys.find('signing-keys'), 'second');
      const fails = pair.command.audit.record(entry, async ({ keys }) => {
        await keys.put('signing-keys', 'third');
        throw new Error('not this time');
      });
      await assert.rejects(fails, /not this time/);
      await nextTurn();
      assert.equal(pair.hub.keys.find('signing-keys'), 'second');
    });

    test("one's own write changes the version, another kind of write doesn't", async () => {
      await using pair = await open();
      const before = pair.hub.apps.version();
      await pair.hub.apps.put(app('service'));
      const after = pair.hub.apps.version();
      assert.notEqual(after, before);
      await pair.command.meta.write('key', 'value');
      assert.equal(pair.hub.apps.version(), after);
    });

    test('a client id or host of another app is refused with its name, and nothing is changed', async () => {
      await using pair = await open();
      await pair.hub.apps.put(app('first', { hosts: ['a.example'] }));
      await pair.hub.apps.put(app('second', { hosts: ['b.example'] }));
      const version = pair.hub.apps.version();
      await assert.rejects(
        pair.command.apps.put(app('second', { hosts: ['a.example'] })),
        /a\.example already belongs to the app first/,
      );
      await assert.rejects(
        pair.command.apps.put(app('second', { clients: ['second', 'first'] })),
        /first already belongs to the app first/,
      );
      assert.deepEqual(pair.hub.apps.findById('second')?.hosts, ['b.example']);
      assert.equal(pair.hub.apps.version(), version);
    });

    test('an app may be put again with its own hosts, and frees those it no longer has', async () => {
      await using pair = await open();
      await pair.hub.apps.put(app('first', { hosts: ['a.example', 'b.example'] }));
      await pair.hub.apps.put(app('first', { hosts: ['a.example'] }));
      await pair.hub.apps.put(app('second', { hosts: ['b.example'] }));
      assert.deepEqual(pair.hub.apps.findById('second')?.hosts, ['b.example']);
    });
  });

  describe(`${name}: users`, () => {
    const alice = { id: '1', name: 'Alice@Contoso.example', passwordHash: 'hash', operator: true };

    test('a user is found by id, and by name in any case, on every connection', async () => {
      await using pair = await open();
      await pair.command.users.put({ ...alice, operatorRead: true });
      assert.equal((await pair.hub.users.findById('1'))?.operatorRead, true);
      await pair.command.users.put(alice);
      assert.deepEqual(await pair.hub.users.findById('1'), alice);
      assert.deepEqual(await pair.hub.users.findByName('alice@contoso.EXAMPLE'), alice);
      assert.deepEqual(await pair.hub.users.list(), [alice]);
      assert.equal(await pair.hub.users.findByName('bob'), null);
    });

    test('a name is the same however its characters are composed, and by one folding of its case', async () => {
      await using pair = await open();
      for (const [index, { name: own, same, other }] of spellings.entries()) {
        const user = { ...alice, id: `user ${index}`, name: own };
        await pair.command.users.put(user);
        for (const each of [own, ...same]) {
          assert.deepEqual(await pair.hub.users.findByName(each), user, each);
          await assert.rejects(pair.hub.users.put({ ...alice, id: 'another', name: each }), /already a user/);
        }
        assert.equal(await pair.hub.users.findByName(other), null, other);
      }
    });

    test('a name belongs to one user, whatever its case', async () => {
      await using pair = await open();
      await pair.hub.users.put(alice);
      await assert.rejects(
        pair.command.users.put({ ...alice, id: '2', name: 'ALICE@contoso.example' }),
        /There is already a user named ALICE@contoso\.example/,
      );
      await pair.command.users.put({ ...alice, passwordHash: 'new' });
      assert.equal((await pair.hub.users.findById('1'))?.passwordHash, 'new');
    });
  });

  describe(`${name}: refresh tokens and revocations`, () => {
    const family = {
      ...{ id: 'f', account: 'alice', client: 'phone', grantId: 'g', session: 's' },
      ...{ payload: { scope: 'openid' }, startedAt: 1, expiresAt: 1000 },
    };

    test('of many who spend one token of a family the first counts', async () => {
      await using pair = await open();
      await pair.hub.refreshFamilies.start(family, 10);
      await Promise.all([pair.hub, pair.command].map((each) => each.refreshFamilies.spend('f', 0, 7)));
      await pair.hub.refreshFamilies.renew('f', { scope: 'more' }, 2000);
      assert.deepEqual(await pair.command.refreshFamilies.find('f'), {
        ...family,
        ...{ payload: { scope: 'more' }, expiresAt: 2000, spent: 1, spentAt: 7 },
      });
      await pair.hub.refreshFamilies.renew('gone', { scope: 'more' }, 2000);
      assert.equal(await pair.hub.refreshFamilies.find('gone'), null, 'what has ended stays so');
    });

    test('the newest families of a user and client are kept, and end by grant, session, user or time', async () => {
      await using pair = await open();
      const { refreshFamilies } = pair.hub;
      for (let i = 0; i < 4; i++) {
        const own = { id: `${i}`, grantId: `g${i}`, session: `s${i}`, startedAt: i, expiresAt: 1000 + i };
        await refreshFamilies.start({ ...family, ...own }, 3);
        await refreshFamilies.start(
          { ...family, ...own, id: `other ${i}`, client: 'other', session: null },
          9,
        );
      }
      const ids = async () => (await refreshFamilies.list('alice')).map(({ id }) => id);
      assert.deepEqual(await ids(), ['3', 'other 3', '2', 'other 2', '1', 'other 1', 'other 0']);
      await refreshFamilies.removeBySession('s1');
      await refreshFamilies.removeByGrant('g2');
      await refreshFamilies.remove('3');
      assert.deepEqual(await ids(), ['other 3', 'other 1', 'other 0']);
      assert.equal(await refreshFamilies.removeExpired(1001, 9), 1);
      await refreshFamilies.removeByAccount('bob');
      assert.equal((await ids()).length, 2);
      await refreshFamilies.removeByAccount('alice');
      assert.deepEqual(await ids(), []);
    });

    test('a revocation is there for every process, changes the version, and is forgotten after its end', async () => {
      await using pair = await open();
      const before = pair.hub.revocations.version();
      assert.equal(pair.hub.revocations.find('user alice'), null);
      await pair.command.revocations.add({ subject: 'user alice', at: 5000, until: null });
      await pair.command.revocations.add({ subject: 'session s', at: 6000, until: 10_000 });
      await nextTurn();
      assert.notEqual(pair.hub.revocations.version(), before);
      assert.equal(pair.hub.revocations.find('user alice'), 5000);
      assert.equal(pair.hub.revocations.find('session s'), 6000);
      await pair.command.revocations.add({ subject: 'user alice', at: 11_900, until: null });
      await nextTurn();
      assert.equal(pair.hub.revocations.find('user alice'), 11_900);
      // What was issued after it is dated to 12 s, and must end with the next one of the same second.
      await pair.command.revocations.add({ subject: 'user alice', at: 11_950, until: null });
      await nextTurn();
      assert.equal(pair.hub.revocations.find('user alice'), 12_000);
      await pair.command.revocations.add({ subject: 'user alice', at: 11_960, until: null });
      await nextTurn();
      assert.equal(pair.hub.revocations.find('user alice'), 13_000);
      await pair.command.revocations.add({ subject: 'user alice', at: 14_001, until: null });
      await nextTurn();
      assert.equal(pair.hub.revocations.find('user alice'), 14_001);
      assert.equal(pair.hub.revocations.find('session s'), null);
    });
  });

  describe(`${name}: grants`, () => {
    test('a record is found by model and id, by uid and by user code', async () => {
      await using pair = await open();
      await pair.hub.grants.put(grant);
      assert.deepEqual(await pair.command.grants.find('RefreshToken', 'one'), grant);
      assert.deepEqual(await pair.command.grants.findByUid('RefreshToken', 'uid'), grant);
      assert.deepEqual(await pair.command.grants.findByUserCode('RefreshToken', 'code'), grant);
      assert.equal(await pair.command.grants.find('Session', 'one'), null);
    });

    test('consuming marks the payload, removing forgets the record', async () => {
      await using pair = await open();
      await pair.hub.grants.put(grant);
      await pair.hub.grants.consume('RefreshToken', 'one', 7);
      assert.deepEqual((await pair.hub.grants.find('RefreshToken', 'one'))?.payload, {
        scope: 'openid',
        consumed: 7,
      });
      await pair.hub.grants.remove('RefreshToken', 'one');
      assert.equal(await pair.hub.grants.find('RefreshToken', 'one'), null);
    });

    test('removing by grant takes all records of the grant, of whatever model', async () => {
      await using pair = await open();
      await pair.hub.grants.put(grant);
      await pair.hub.grants.put({ ...grant, model: 'AuthorizationCode' });
      await pair.hub.grants.put({ ...grant, id: 'two', grantId: 'another' });
      await pair.hub.grants.removeByGrant('grant');
      assert.equal(await pair.hub.grants.find('RefreshToken', 'one'), null);
      assert.equal(await pair.hub.grants.find('AuthorizationCode', 'one'), null);
      assert.ok(await pair.hub.grants.find('RefreshToken', 'two'));
    });

    test('a record that is one of few is put unless there are as many of its model, however many come at once', async () => {
      await using pair = await open();
      const ids = Array.from({ length: 8 }, (_, nth) => `visit ${nth}`);
      for (const id of ids.slice(0, 3))
        assert.equal(await pair.hub.grants.putFew({ ...grant, model: 'Interaction', id }, 3), true);
      const late = ids
        .slice(3)
        .map((id) => pair.command.grants.putFew({ ...grant, model: 'Interaction', id }, 3));
      assert.deepEqual(new Set(await Promise.all(late)), new Set([false]));
      assert.equal((await pair.hub.grants.find('Interaction', 'visit 2'))?.grantId, 'grant');
      assert.equal(await pair.hub.grants.find('Interaction', 'visit 3'), null);
      assert.equal(await pair.hub.grants.putFew({ ...grant, id: 'another' }, 3), true);
    });

    test('records of a user are listed by model, and removed of whatever model', async () => {
      await using pair = await open();
      const { grants } = pair.hub;
      const session = { ...grant, model: 'Session', account: 'alice' };
      await grants.put(session);
      await grants.put({ ...session, model: 'Grant' });
      await grants.put({ ...session, id: 'two', account: 'bob' });
      assert.deepEqual(await pair.command.grants.listByAccount('Session', 'alice'), [session]);
      await grants.removeByAccount('alice');
      assert.equal(await grants.find('Grant', 'one'), null);
      assert.deepEqual(await grants.listByAccount('Session', 'alice'), []);
      assert.ok(await grants.find('Session', 'two'));
    });

    test('the sweep removes what ended, at most as many as asked, and never what has no end', async () => {
      await using pair = await open();
      for (const id of ['a', 'b', 'c']) await pair.hub.grants.put({ ...grant, id });
      await pair.hub.grants.put({ ...grant, id: 'later', expiresAt: 5000 });
      await pair.hub.grants.put({ ...grant, id: 'never', expiresAt: null });
      assert.equal(await pair.hub.grants.removeExpired(2000, 2), 2);
      assert.equal(await pair.hub.grants.removeExpired(2000, 2), 1);
      assert.equal(await pair.hub.grants.removeExpired(2000, 2), 0);
      assert.ok(await pair.hub.grants.find('RefreshToken', 'later'));
      assert.ok(await pair.hub.grants.find('RefreshToken', 'never'));
    });
  });

  describe(`${name}: push credentials`, () => {
    test('are found whole by app and kind, and listed without their secrets', async () => {
      await using pair = await open();
      assert.equal(pair.hub.credentials.find('service', 'wns'), null);
      assert.equal(await pair.hub.credentials.put('service', 'wns', given('wns', wns), 1000), true);
      assert.deepEqual(pair.hub.credentials.find('service', 'wns'), wns);
      assert.deepEqual(pair.command.credentials.find('service', 'wns'), wns);
      assert.equal(pair.hub.credentials.find('service', 'fcm'), null);
      assert.equal(pair.hub.credentials.find('other', 'wns'), null);
      const { clientSecret: _, ...shown } = wns;
      assert.deepEqual(pair.hub.credentials.list('service'), [{ kind: 'wns', shown, setAt: 1000 }]);
      assert.deepEqual(pair.hub.credentials.list('other'), []);
    });

    test('of every kind show what proves nothing', async () => {
      await using pair = await open();
      const account = { project_id: 'p', client_email: 'a@p', private_key: 'hush', more: 'hush' };
      const each = {
        apns: { teamId: 'T', keyId: 'K', privateKey: 'hush', baseUrl: 'http://a' },
        fcm: { serviceAccount: account, baseUrl: 'http://f' },
      };
      await pair.hub.credentials.put('service', 'apns', given('apns', each.apns), 1);
      await pair.hub.credentials.put('service', 'fcm', given('fcm', each.fcm), 2);
      const shown = JSON.stringify(pair.command.credentials.list('service'));
      assert.doesNotMatch(shown, /hush/);
      for (const told of ['"T"', '"K"', 'http://a', 'http://f', '"p"', 'a@p'])
        assert.ok(shown.includes(told));
      assert.deepEqual(pair.command.credentials.find('service', 'fcm'), each.fcm);
    });

    test('that a command replaces or removes count for the hub in its next turn, and change the version', async () => {
      await using pair = await open();
      const found = () => secretOf(pair.hub.credentials.find('service', 'wns'));
      await pair.hub.credentials.put('service', 'wns', given('wns', wns), 1);
      assert.equal(found(), 'hush');
      const version = pair.hub.credentials.version();
      await nextTurn();
      assert.equal(
        await pair.command.credentials.put(
          'service',
          'wns',
          given('wns', { ...wns, clientSecret: 'new' }),
          2,
        ),
        false,
      );
      await nextTurn();
      assert.notEqual(pair.hub.credentials.version(), version);
      assert.equal(found(), 'new');
      await nextTurn();
      assert.equal(await pair.command.credentials.remove('service', 'wns'), true);
      assert.equal(await pair.command.credentials.remove('service', 'wns'), false);
      await nextTurn();
      assert.equal(found(), undefined);
    });

    test('that are put or removed count at once for whoever did it, and leave the version of the apps', async () => {
      await using pair = await open();
      const apps = pair.hub.apps.version();
      await pair.hub.credentials.put('service', 'wns', given('wns', wns), 1);
      await pair.hub.credentials.put('service', 'wns', given('wns', { ...wns, clientSecret: 'new' }), 1);
      assert.equal(secretOf(pair.hub.credentials.find('service', 'wns')), 'new');
      await pair.hub.credentials.remove('service', 'wns');
      assert.equal(pair.hub.credentials.find('service', 'wns'), null);
      assert.equal(pair.hub.apps.version(), apps);
    });
  });

  describe(`${name}: claims of host names`, () => {
    const claim = { app: 'service', host: 'a.example', value: 'v', claimedAt: 1 };

    test('belong to an app each, and several apps may claim one name', async () => {
      await using pair = await open();
      await pair.hub.hostClaims.put(claim);
      await pair.command.hostClaims.put({ ...claim, app: 'other', value: 'w' });
      assert.deepEqual(await pair.command.hostClaims.find('service', 'a.example'), claim);
      assert.deepEqual(await pair.hub.hostClaims.list('service'), [claim]);
      assert.equal(await pair.hub.hostClaims.remove('service', 'a.example'), true);
      assert.equal(await pair.hub.hostClaims.remove('service', 'a.example'), false);
      assert.equal((await pair.hub.hostClaims.find('other', 'a.example'))?.value, 'w');
    });
  });

  describe(`${name}: the audit`, () => {
    const entry = (on: string) => ({ at: 7, who: 'olga', from: '192.0.2.7', what: 'putApp', on });

    test('has an entry for each write, the newest first, in pages', async () => {
      await using pair = await open();
      assert.equal(await pair.hub.audit.record(entry('one'), async () => 'result'), 'result');
      await pair.command.audit.record(entry('two'), ({ apps }) => apps.put(app('service')));
      await pair.hub.audit.record(entry('three'), async () => {});
      const page = await pair.hub.audit.list({ before: null, limit: 2 });
      assert.deepEqual(
        page.map(({ id: _, ...rest }) => rest),
        [entry('three'), entry('two')].map((each) => ({ ...each, count: 1 })),
      );
      const rest = await pair.hub.audit.list({ before: page[1]?.id ?? 0, limit: 2 });
      assert.deepEqual(
        rest.map(({ on }) => on),
        ['one'],
      );
      assert.ok(pair.hub.apps.findById('service'));
    });

    test('is filtered by what, who and on with what is below it, and between two times, in pages', async () => {
      await using pair = await open();
      const entries = [
        { at: 1, who: 'olga', from: '::1', what: 'putApp', on: 'apps/shop' },
        { at: 2, who: 'rita', from: '::1', what: 'putChannel', on: 'apps/shop/channels/fcm' },
        { at: 3, who: 'olga', from: '::1', what: 'putApp', on: 'apps/shop2' },
      ];
      for (const each of entries) await pair.hub.audit.record(each, async () => {});
      const times = async (filter: object) =>
        (await pair.hub.audit.list({ before: null, limit: 9, ...filter })).map(({ at }) => at);
      assert.deepEqual(await times({ what: 'putApp' }), [3, 1]);
      assert.deepEqual(await times({ who: 'rita' }), [2]);
      assert.deepEqual(await times({ on: 'apps/shop' }), [2, 1]);
      assert.deepEqual(await times({ since: 2 }), [3, 2]);
      assert.deepEqual(await times({ until: 2 }), [1]);
      assert.deepEqual(
        await times({ what: 'putApp', who: 'olga', on: 'apps/shop', since: 1, until: 9 }),
        [1],
      );
      assert.deepEqual(await times({ what: "putApp' OR ''='", on: '%' }), []);
      const [first] = await pair.hub.audit.list({ before: null, limit: 1, what: 'putApp' });
      assert.deepEqual(await times({ before: first?.id, what: 'putApp' }), [1]);
    });

    test('removes what is too old or too many of a kind, and nothing that operators wrote', async () => {
      await using pair = await open();
      const note = (kind: NoteKind, at: number) => ({ ...entry(kind), at, kind, count: at });
      await pair.hub.audit.record(entry('kept'), async () => {});
      await pair.hub.audit.note(Array.from({ length: 20 }, (_, at) => note('access', at + 1)));
      await pair.command.audit.note([5, 6, 7].map((at) => note('refusal', at)));
      const bounds: NoteBound[] = [
        { kind: 'access', entriesMax: 10, since: 19 },
        { kind: 'refusal', entriesMax: 2, since: 0 },
      ];
      const left = async () =>
        (await pair.hub.audit.list({ before: null, limit: 9 })).map(({ on, count }) => `${on} ${count}`);
      assert.equal(await pair.hub.audit.forget(bounds, 1), 3);
      assert.equal(await pair.hub.audit.forget(bounds, 99), 16);
      assert.equal(await pair.hub.audit.forget(bounds, 9), 0);
      assert.deepEqual(await left(), ['refusal 7', 'refusal 6', 'access 20', 'access 19', 'kept 1']);
    });

    test('has none for a write that failed, of which nothing is left either', async () => {
      await using pair = await open();
      const version = pair.hub.apps.version();
      const recording = pair.hub.audit.record(entry('one'), async ({ apps }) => {
        await apps.put(app('service'));
        throw new Error('it failed');
      });
      await assert.rejects(recording, /it failed/);
      assert.deepEqual(await pair.hub.audit.list({ before: null, limit: 9 }), []);
      assert.equal(pair.hub.apps.findById('service'), null);
      assert.equal(pair.hub.apps.version(), version);
    });
  });

  describe(`${name}: facts and tickets`, () => {
    test('the first maker of a fact wins, a write replaces it', async () => {
      await using pair = await open();
      assert.equal(await pair.hub.meta.read('key'), null);
      assert.equal(await pair.hub.meta.readOrMake('key', () => 'first'), 'first');
      assert.equal(await pair.command.meta.readOrMake('key', () => 'second'), 'first');
      await pair.command.meta.write('key', 'third');
      assert.equal(await pair.hub.meta.read('key'), 'third');
    });

    test('a number is counted over all processes, from a floor when that is higher', async () => {
      await using pair = await open();
      const { meta } = pair.hub;
      assert.equal(await meta.count('n', { atLeast: 0, add: 0 }), 0);
      const added = Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? pair.command.meta : meta).count('n', { atLeast: 100, add: 1 }),
      );
      assert.deepEqual(
        (await Promise.all(added)).sort((a, b) => a - b),
        Array.from({ length: 20 }, (_, index) => 101 + index),
      );
      assert.equal(await meta.count('n', { atLeast: 5_000_000_000_000_000, add: 2 }), 5_000_000_000_000_002);
      assert.equal(await meta.count('n', { atLeast: 0, add: 0 }), 5_000_000_000_000_002);
    });

    const ticket = { id: 'ticket', opensUntil: 1000, heldUntil: 900_000, comesBack: false };
    const back = { ...ticket, comesBack: true };

    test('a ticket is spent once over all connections, until long after its end', async () => {
      await using pair = await open();
      assert.equal(await pair.hub.tickets.spend(ticket, 500), 'first');
      assert.equal(await pair.command.tickets.spend(ticket, 600), null);
      assert.equal(await pair.hub.tickets.spend(ticket, 700), null);
      const another = { ...ticket, id: 'another', opensUntil: 3000 };
      assert.equal(await pair.command.tickets.spend(another, 2000), 'first');
      assert.equal(await pair.hub.tickets.spend(another, 2100), null);
      assert.equal(await pair.hub.tickets.spend({ ...ticket, id: 'late' }, 1000), null);
    });

    test('a ticket that was released is spent again by who comes back within a minute, and by one of them', async () => {
      await using pair = await open();
      const { tickets } = pair.hub;
      assert.equal(await tickets.spend(ticket, 500), 'first');
      assert.equal(await tickets.spend(back, 500), null);
      tickets.release('ticket', 1500);
      assert.equal(await tickets.spend({ ...ticket, opensUntil: 9000 }, 1600), null);
      const comers = await Promise.all([
        tickets.spend(ticket, 1600),
        tickets.spend(back, 1600),
        tickets.spend(back, 1600),
      ]);
      assert.deepEqual(comers, [null, 'again', null]);
      tickets.release('ticket', 100_000);
      assert.equal(await tickets.spend(back, 159_999), 'again');
      tickets.release('ticket', 200_000);
      assert.equal(await tickets.spend(back, 260_000), null);
    });

    test('looking for what others held that are gone leaves what is its own', async () => {
      await using pair = await open();
      assert.equal(await pair.hub.tickets.spend(ticket, 500), 'first');
      await pair.hub.tickets.releaseLost(1000);
      assert.equal(await pair.hub.tickets.spend(back, 1000), null);
    });
  });
}

/** Of the event loop, in which a request that was sent meanwhile would be read. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

function secretOf(credentials: Credentials | null): unknown {
  return credentials && 'clientSecret' in credentials ? credentials.clientSecret : undefined;
}

/** An older version composed the characters of a name before it folded the case, not after. */
export async function namesakesOpen(place: {
  open(): Promise<Registry>;
  run(sql: string): Promise<void>;
}): Promise<void> {
  const user = { passwordHash: 'hash', operator: false };
  const [capital, small, alone] = [
    { ...user, id: '1', name: 'J\u030Can' },
    { ...user, id: '2', name: '\u01F0an' },
    { ...user, id: '3', name: 'J\u030Cim' },
  ];
  const before = await place.open();
  for (const each of [capital, alone]) await before.users.put(each);
  await before.close();
  const older = `DELETE FROM migration WHERE name = '0008-folded-names';
    UPDATE local_user SET name_key = 'j\u030Can' WHERE id = '1';
    UPDATE local_user SET name_key = 'j\u030Cim' WHERE id = '3';`;
  await place.run(
    `${older} INSERT INTO local_user(id, name, name_key, password_hash, operator)
      SELECT '2', '\u01F0an', '\u01F0an', password_hash, operator FROM local_user WHERE id = '1'`,
  );
  const { users, close } = await place.open();
  assert.deepEqual(await users.findByName('\u01F0IM'), alone);
  assert.deepEqual([await users.findByName(capital.name), await users.findById('1')], [small, capital]);
  for (const each of [capital, small]) await users.put({ ...each, operator: true });
  assert.equal((await users.findById('1'))?.operator, true);
  await assert.rejects(users.put({ ...user, id: '4', name: capital.name }), /already a user/);
  await close();
}
