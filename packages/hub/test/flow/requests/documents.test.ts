// The documents of the API, as anybody reads them: valid, of exactly what is served, and cheap to ask for again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startHub, type TestHub } from '@carillon/testing/hub/hub.ts';
import { Validator } from '@seriousme/openapi-schema-validator';
import { routes } from '../../../src/edge/request/paths.ts';

let hub: TestHub;
before(async () => {
  hub = await startHub();
});
after(() => hub.close());

test('/openapi.json is valid OpenAPI 3.1 and needs no token', async () => {
  const { status, headers, json } = await hub.request('GET', '/openapi.json');
  assert.equal(status, 200);
  assert.match(headers['content-type'] ?? '', /^application\/json/);
  assert.deepEqual(json.servers, [{ url: hub.baseUrl }]);
  const validator = new Validator();
  const { valid, errors } = await validator.validate(json);
  assert.ok(valid, JSON.stringify(errors));
  assert.equal(validator.version, '3.1');
  // Each reference leads to something.
  validator.resolveRefs();
});

test('/openapi.json names every path and method of v1.0 and of operators, and no other', async () => {
  const { paths } = (await hub.request('GET', '/openapi.json')).json;
  const told = Object.entries<object>(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const served = routes
    .filter(({ version }) => version === 'v1.0')
    .map(({ operation: { method }, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
  const isOfUser = (place: string): boolean => place.includes('/v1.0/users/{user}');
  const whole = (places: readonly string[]) => new Set(places.filter((place) => !isOfUser(place)));
  assert.deepEqual(whole(told), whole(served));
  assert.ok(told.filter(isOfUser).every((place) => served.includes(place)));
});

test('/openapi.json is compressed, is not sent to whoever has it, and has a HEAD', async () => {
  const whole = await hub.request('GET', '/openapi.json');
  const { etag = '' } = whole.headers;
  const known = await hub.request('GET', '/openapi.json', { headers: { 'if-none-match': etag } });
  assert.deepEqual([known.status, known.text], [304, '']);
  const answer = await fetch(`${hub.baseUrl}/openapi.json`, { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(answer.headers.get('content-encoding'), 'gzip');
  assert.equal(answer.headers.get('access-control-allow-origin'), '*');
  assert.equal((await answer.text()).length, whole.text.length);
  const head = await hub.request('HEAD', '/openapi.json');
  assert.deepEqual([head.status, head.text, head.headers.etag], [200, '', etag]);
});
