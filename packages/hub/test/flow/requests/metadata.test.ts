// $metadata as anybody reads it: valid by OASIS's schemas, the same as XML and as JSON, of exactly what is served, and every
// context of an answer leads to something in it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { assertError } from '@carillon/testing/hub/assert-error.ts';
import { post, startHub, subscribe, type TestHub } from '@carillon/testing/hub/hub.ts';
import { schemaFaults } from '@carillon/testing/machine/xml/xmllint.ts';
import { Ajv } from 'ajv';
import { xml2json } from 'odata-csdl';
import { contextFault } from '../../../../conform/src/metadata-context.ts';
import { operationTable } from '../../../src/operations/table.ts';

const path = '/v1.0/$metadata';
let hub: TestHub;
let token: string;
before(async () => {
  hub = await startHub();
  token = hub.token({ user: 'alice' });
});
after(() => hub.close());

/** OASIS's own, as their package has them. */
function schemaPath(name: string): string {
  return fileURLToPath(import.meta.resolve(`odata-csdl/schemas/${name}`));
}

async function readMetadata() {
  return (await hub.request('GET', `${path}?$format=json`)).json;
}

test('$metadata is XML without a token, under both versions, valid by the schemas of OASIS', async () => {
  for (const place of [path, '/beta/$metadata', '/v1.0/%24metadata', `${path}?$format=xml`]) {
    const { status, headers, text } = await hub.request('GET', place);
    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'application/xml');
    assert.equal(headers['odata-version'], '4.0');
    assert.match(text, /<edmx:Edmx [^>]*Version="4\.0"/);
    assert.equal(schemaFaults(text, schemaPath('edmx.xsd')), null);
  }
});

test('$metadata is CSDL JSON when that is asked for, valid by the schema of OASIS', async () => {
  const schema = JSON.parse(readFileSync(schemaPath('csdl.schema.json'), 'utf8'));
  const isValid = new Ajv({ strict: false }).compile(schema);
  const json = await readMetadata();
  assert.ok(isValid(json), JSON.stringify(isValid.errors));
  const isJson = async (query: string, accept?: string): Promise<boolean> => {
    const answer = await hub.request('GET', `${path}${query}`, { headers: accept ? { accept } : {} });
    assert.equal(answer.status, 200);
    assert.match(answer.headers['content-type'] ?? '', /^application\/(?:json|xml)\b/);
    return answer.json !== undefined;
  };
  const asked = ['?format=json', '?$format=application/json;odata.metadata=minimal', '?$format=JSON'];
  for (const query of asked) assert.ok(await isJson(query), query);
  for (const accept of [
    'application/json',
    'application/json, text/plain, */*',
    'application/json,application/xml;q=0.5',
  ])
    assert.ok(await isJson('', accept), accept);
  for (const accept of [
    '*/*',
    'application/xml',
    'application/xml,application/json',
    'text/html,application/xml;q=0.9,*/*;q=0.8',
  ])
    assert.ok(!(await isJson('', accept)), accept);
  assert.ok(!(await isJson('?$format=xml', 'application/json')));
});

test('as OASIS reads the XML, it is the JSON', async () => {
  const { text } = await hub.request('GET', path);
  assert.deepEqual(JSON.parse(JSON.stringify(xml2json(text))), await readMetadata());
});

test('another form, another option and another method are refused by name', async () => {
  for (const query of ['$format=yaml', '$format=', 'format=atom', '$format=json&$format=xml', '$top=1']) {
    const answer = await hub.request('GET', `${path}?${query}`);
    assertError(answer, { status: 400, code: 'invalidRequest' });
    assert.match(answer.json.error.message, /format/);
  }
  assertError(await hub.request('POST', path, { token, body: {} }), { status: 405 });
});

test('$metadata is compressed, is not sent to whoever has it, and has a HEAD', async () => {
  for (const query of ['', '?$format=json']) {
    const whole = await hub.request('GET', path + query);
    const { etag = '', vary } = whole.headers;
    assert.equal(vary, 'Accept, Accept-Encoding');
    const known = await hub.request('GET', path + query, { headers: { 'if-none-match': etag } });
    assert.deepEqual([known.status, known.text, known.headers['odata-version']], [304, '', '4.0']);
    const head = await hub.request('HEAD', path + query);
    assert.deepEqual([head.status, head.text, head.headers.etag], [200, '', etag]);
    const short = await fetch(hub.baseUrl + path + query, { headers: { 'accept-encoding': 'br' } });
    assert.equal(short.headers.get('content-encoding'), 'br');
    assert.equal(await short.text(), whole.text);
  }
  const [xml, json] = await Promise.all(
    ['xml', 'json'].map((each) => hub.request('GET', `${path}?$format=${each}`)),
  );
  assert.notEqual(xml?.headers.etag, json?.headers.etag);
});

test('the context that each operation declares leads to something', async () => {
  const metadata = await readMetadata();
  const contexts = operationTable.flatMap(({ name, answer: { context } }) =>
    context === null ? [] : [{ name, context }],
  );
  assert.ok(contexts.length > 15);
  for (const { name, context } of contexts) {
    const fragment = context.startsWith('/')
      ? context.slice(1)
      : `users('alice%40contoso.example')/${context}`;
    const url = `${hub.baseUrl}${path}#${fragment.replace(/\{\w+\}/g, '0199')}`;
    assert.equal(contextFault(metadata, url), null, name);
  }
  for (const wrong of [
    "users('a')/letters",
    'letters',
    "users('a')/notifications/$entity/id",
    "users('a')/$entity/notifications",
  ])
    assert.notEqual(contextFault(metadata, `${hub.baseUrl}${path}#${wrong}`), null, wrong);
});

test('the contexts of answers lead to something: selected, of changes, in a batch, of one, under both versions', async () => {
  const metadata = await readMetadata();
  const unsId = await subscribe(hub);
  const created = await hub.request('POST', '/v1.0/me/notifications', { token, body: post() });
  const of = `/me/notifications/${created.json.id}`;
  const places = [
    ...['/me', '/me?$select=id', '/me/notifications?$select=id,readState', '/me/notifications/delta', of],
    ...[
      '/me/notifications/delta?$deltatoken=latest',
      `${of}?$select=id`,
      `${of}/deliveries`,
      '/notificationKeys',
    ],
    ...['/me/notificationSubscriptions', `/me/notificationSubscriptions/${unsId}`, '/me/notificationApps'],
    ...['/me/notificationPreferences', '/subscriptions', '/me/sessions', '/me/notificationDevices'],
  ];
  const all = hub.token({ user: 'alice', scopes: ['Notifications.ReadWrite'] });
  const ofInbox = ['/me/sessions', '/me/notificationDevices'];
  for (const version of ['v1.0', 'beta'])
    for (const place of places) {
      const answer = await hub.request('GET', `/${version}${place}`, {
        token: ofInbox.includes(place) ? all : token,
      });
      assert.equal(answer.status, 200, `${place}: ${answer.text}`);
      assert.equal(contextFault(metadata, answer.json['@odata.context']), null, place);
    }
  const requests = places.slice(0, 8).map((url, id) => ({ id: String(id), method: 'GET', url }));
  const { json } = await hub.request('POST', '/v1.0/$batch', { token, body: { requests } });
  for (const { body } of json.responses)
    assert.equal(contextFault(metadata, body['@odata.context']), null, body);
});

test('each property of an answer is in its type, and each property but those apart is in the answer', async () => {
  const { 'microsoft.graph': types } = await readMetadata();
  const { json } = await hub.request('POST', '/v1.0/me/notifications', { token, body: post() });
  const told = Object.keys(types.notification).filter((name) => !name.startsWith('$'));
  const answered = Object.keys(json).filter((name) => !name.startsWith('@'));
  // Read at its own path; there for a question alone.
  const apart = ['deliveries', 'response', 'responsePolicy'];
  assert.deepEqual(told.filter((name) => !apart.includes(name)).toSorted(), answered.toSorted());
});

test('each function and action of $metadata answers by its qualified name', async () => {
  const { 'microsoft.graph': types } = await readMetadata();
  const bound = Object.entries<
    readonly { $Kind: string; $Parameter: readonly { $Type: string; $Collection?: true }[] }[]
  >(types).filter(([, value]) => Array.isArray(value));
  assert.ok(bound.length >= 9);
  const places: Readonly<Record<string, string>> = {
    'microsoft.graph.notification': '/v1.0/me/notifications',
    'microsoft.graph.subscription': '/v1.0/subscriptions',
  };
  for (const [name, overloads] of bound)
    for (const {
      $Kind,
      $Parameter: [binding],
    } of overloads) {
      const key = binding?.$Collection ? '' : '/0199';
      const place = `${places[binding?.$Type ?? '']}${key}`;
      const method = $Kind === 'Function' ? 'GET' : 'POST';
      const brackets = $Kind === 'Function' ? ['', '()'] : [''];
      for (const form of [name, `microsoft.graph.${name}`, `Microsoft.Graph.${name}`])
        for (const end of brackets) {
          // What is at no path is 404 to a user, and 405 before a token is asked for.
          const given = method === 'GET' ? { token } : {};
          const { status, text } = await hub.request(method, `${place}/${form}${end}`, given);
          if (method === 'GET') assert.notEqual(status, 404, form);
          else assert.equal(status, 401, `${form}: ${text}`);
        }
    }
});
