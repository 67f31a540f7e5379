// What an app must never send, and what happens when it does: bodies, members, limits, headers, query options.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, suite, test } from 'node:test';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { assertError } from '@carillon/testing/hub/assert-error.ts';
import { post, type RequestOptions, startHub } from '@carillon/testing/hub/hub.ts';
import { ManualClock } from '@carillon/testing/machine/manual-clock.ts';

const clock = new ManualClock();
const hub = await startHub({ clock });
after(hub.close);
const token = hub.token({ user: 'alice' });
const feed = '/v1.0/me/notifications';
/** Of a request by hand, without the length of its body. */
const postHead = `POST ${feed} HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n`;

const send = (body: unknown, headers: RequestOptions['headers'] = {}, path = feed) =>
  hub.request('POST', path, { token, body, headers });

async function accepts(body: unknown, headers?: RequestOptions['headers']) {
  const answer = await send(body, headers);
  assert.equal(answer.status, 201, answer.text);
  return answer.json;
}

async function refuses(body: unknown, target?: string, headers?: RequestOptions['headers']) {
  const answer = await send(body, headers);
  assertError(answer, {
    status: 400,
    code: 'invalidRequest',
    ...(target === undefined ? {} : { target }),
  });
  return answer.json.error.message as string;
}

const visual = (more: object = {}) => ({ payload: { visualContent: { title: 'a', ...more } } });
const raw = (size: number) => post({ payload: { rawContent: 'x'.repeat(size) } });
const inDays = (days: number) => new Date(clock.now() + days * 86_400_000).toISOString();

suite('a body that is not one JSON object is refused', () => {
  const bodies: Readonly<Record<string, string | Buffer>> = {
    'nothing at all': '',
    'white space': ' \n ',
    'half an object': '{"targetHostName":"a.example"',
    'a trailing comma': '{"targetHostName":"a.example",}',
    'single quotes': "{'targetHostName':'a.example'}",
    'a comment': '{/* */}',
    'two objects': '{}{}',
    NaN: '{"displayTimeToLive":NaN}',
    'a form': 'targetHostName=a.example',
    'a byte order mark': Buffer.concat([
      Buffer.from([0xef, 0xbb, 0xbf]),
      Buffer.from(JSON.stringify(post())),
    ]),
    'null itself': 'null',
    'a text': '"a"',
    'a number': '7',
    'true itself': 'true',
    'an empty array': '[]',
    'an array of one': JSON.stringify([post()]),
    'a raw control character': '{"targetHostName":"a\u0000"}',
    'bytes that are not UTF-8': Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
    'an overlong encoding': Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d]),
    'a surrogate in UTF-8': Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]),
    'UTF-16': Buffer.from(JSON.stringify(post()), 'utf16le'),
  };
  for (const [name, body] of Object.entries(bodies)) test(name, async () => void (await refuses(body)));

  test('an array says that multiple notifications are not supported', async () => {
    assert.match(await refuses([post()]), /multiple notifications are not supported/);
  });
});

suite('text that is not text is refused wherever it stands', () => {
  const escapes = { 'U+0000': '\\u0000', 'half a pair, high': '\\ud800', 'half a pair, low': 'x\\udc00y' };
  for (const [name, code] of Object.entries(escapes)) {
    test(name, async () => {
      await refuses(`{"targetHostName":"a.example","payload":{"rawContent":"${code}"}}`);
      await refuses(`{"targetHostName":"a.example","payload":{"rawContent":"a"},"${code}@odata.x":1}`);
      await refuses(`{"targetHostName":"a.example","payload":{"rawContent":"a"},"groupName":"${code}"}`);
    });
  }

  test('a whole pair is text, escaped or not', async () => {
    const made = await accepts('{"targetHostName":"a.example","payload":{"rawContent":"\\ud83d\\ude00😀"}}');
    assert.equal(made.payload.rawContent, '😀😀');
  });
});

suite('unknown members are refused by name', () => {
  const bodies: readonly [body: unknown, target: string][] = [
    [post({ colour: 'red' }), 'colour'],
    [post({ payload: { rawContent: 'a', sound: 'x' } }), 'payload.sound'],
    [post(visual({ icon: 'x' })), 'payload.visualContent.icon'],
    [post({ targetPolicy: { users: [] } }), 'targetPolicy.users'],
    [post({ fallbackPolicy: { x: 1 } }), 'fallbackPolicy.x'],
    [`{"__proto__":{"payload":{}},${JSON.stringify(post()).slice(1)}`, '__proto__'],
    [`{"payload":{"__proto__":{"rawContent":"a"}},"targetHostName":"a.example"}`, 'payload.__proto__'],
    [`{"constructor":{"prototype":{}},${JSON.stringify(post()).slice(1)}`, 'constructor'],
    [`{"toString":"x",${JSON.stringify(post()).slice(1)}`, 'toString'],
    [post({ Priority: 'High' }), 'Priority'],
  ];
  for (const [body, target] of bodies)
    test(target, async () => assert.ok((await refuses(body, target)).includes(target)));

  test('annotations are ignored, and so are read-only members that are sent back', async () => {
    const made = await accepts(
      post({ '@odata.etag': 'W/"9"', 'priority@odata.type': '#String', id: 'mine' }),
    );
    assert.notEqual(made.id, 'mine');
    const back = await send({ ...made, groupName: 'again' });
    assert.equal(back.status, 201, back.text);
    assert.equal(back.json.contentVersion, 1);
  });

  test('of duplicate names the last wins', async () => {
    const made = await accepts(
      '{"targetHostName":"b.example","groupName":"first","payload":{"rawContent":"a"},"groupName":"last","targetHostName":"a.example"}',
    );
    assert.equal(made.groupName, 'last');
  });
});

suite('a member of the wrong type is refused, and nothing is coerced', () => {
  const wrong: Readonly<Record<string, readonly unknown[]>> = {
    targetHostName: [undefined, null, 7, '', [], {}],
    appNotificationId: [7, '', {}, true],
    payload: [undefined, null, 'a', [], 7],
    targetPolicy: ['windows', [], 7],
    priority: ['Urgent', 3, '3', true, [], -1, 0.5, '', ' high'],
    groupName: [7, [], {}],
    displayTimeToLive: [1.5, '1.5', '1e2', 'sixty', ' 60', '', true, [60], 1e20, '99999999999'],
    expirationDateTime: [7, '', 'tomorrow', '2030-01-31', {}],
    fallbackPolicy: ['ios', [], 7],
  };
  for (const [member, values] of Object.entries(wrong)) {
    test(member, async () => {
      for (const value of values) await refuses(post({ [member]: value }), member);
    });
  }

  test('rawContent, title and body are texts', async () => {
    await refuses(post({ payload: { rawContent: { a: 1 } } }), 'payload.rawContent');
    await refuses(post({ payload: { visualContent: { body: 'a' } } }), 'payload.visualContent.title');
    await refuses(post(visual({ title: '' })), 'payload.visualContent.title');
    await refuses(post(visual({ body: 7 })), 'payload.visualContent.body');
  });

  test('a payload of nothing is an invalid payload', async () => {
    for (const payload of [{}, { rawContent: null }, { rawContent: null, visualContent: null }])
      assert.match(await refuses(post({ payload }), 'payload'), /Invalid payload/);
  });

  test('platform types are a list of known names', async () => {
    for (const platformTypes of ['windows', ['amiga'], [7], [null], [['ios']], { 0: 'ios' }])
      await refuses(post({ targetPolicy: { platformTypes } }));
  });

  test('names of enumerations are read in any case, and platform types by their alias', async () => {
    const made = await accepts(
      post({ priority: 'hIGH', targetPolicy: { platformTypes: ['WINDOWS', 'iOS', 'web', 'webpush'] } }),
    );
    assert.equal(made.priority, 'High');
    assert.deepEqual(made.targetPolicy.platformTypes, ['windows', 'ios', 'webPush']);
  });

  test('priority is read by name and by its old ordinal, and answered by name', async () => {
    const answered = { 0: 'None', 1: 'High', 2: 'Low', none: 'None', low: 'Low' };
    for (const [given, priority] of Object.entries(answered)) {
      assert.equal((await accepts(post({ priority: given }))).priority, priority);
      if (/\d/.test(given))
        assert.equal((await accepts(post({ priority: Number(given) }))).priority, priority);
    }
    assert.equal((await accepts(post({ priority: null }))).priority, 'High');
    assert.equal((await accepts(raw(1))).priority, 'None');
  });

  test('an Int32 is read from a number, an exponent that is whole, and a numeric text', async () => {
    for (const text of ['60', '60.0', '6e1', '"60"']) {
      const body = `{"targetHostName":"a.example","payload":{"rawContent":"a"},"displayTimeToLive":${text}}`;
      assert.equal((await accepts(body)).displayTimeToLive, 59);
    }
  });

  test('platform types that are absent, null or empty are all platforms', async () => {
    const all = ['windows', 'ios', 'android', 'webPush'];
    for (const targetPolicy of [undefined, null, {}, { platformTypes: null }, { platformTypes: [] }])
      assert.deepEqual((await accepts(post({ targetPolicy }))).targetPolicy.platformTypes, all);
  });
});

suite('a limit holds at its bound and refuses one above', () => {
  const atAndAbove: Readonly<Record<string, (above: 0 | 1) => Record<string, unknown>>> = {
    'title of 1 KiB': (above) => post(visual({ title: 'x'.repeat(1024 + above) })),
    'title of 1 KiB in UTF-8': (above) => post(visual({ title: `${'é'.repeat(512)}${'x'.repeat(above)}` })),
    'title of 1 KiB in pairs': (above) => post(visual({ title: `${'😀'.repeat(256)}${'x'.repeat(above)}` })),
    'body of 4 KiB': (above) => post(visual({ body: 'x'.repeat(4096 + above) })),
    'body of 4 KiB in UTF-8': (above) => post(visual({ body: `€${'x'.repeat(4093 + above)}` })),
    'rawContent of 32 KiB': (above) => raw(32 * 1024 + above),
    'appNotificationId of 256': (above) => post({ appNotificationId: 'x'.repeat(256 + above) }),
    'groupName of 256': (above) => post({ groupName: 'x'.repeat(256 + above) }),
    'displayTimeToLive of 30 days': (above) => post({ displayTimeToLive: 2_592_000 + above }),
    'displayTimeToLive of 1': (above) => post({ displayTimeToLive: 1 - above }),
    'displayTimeToLive of 1 as text': (above) => post({ displayTimeToLive: String(1 - above) }),
    'expiration of 30 days': (above) => post({ expirationDateTime: inDays(30 + above / 86_400_000) }),
    'depth of 16': (above) => post({ 'a@b': nested(15 + above) }),
  };
  for (const [name, body] of Object.entries(atAndAbove)) {
    test(name, async () => {
      await accepts(body(0));
      await refuses(body(1));
    });
  }

  test('a host name of 255 is a matter of access, one of 256 of form', async () => {
    assertError(await send(post({ targetHostName: 'x'.repeat(255) })), { status: 403 });
    await refuses(post({ targetHostName: 'x'.repeat(256) }), 'targetHostName');
  });

  test('a body of 64 KiB is read, one byte more is 413, packed or not', async () => {
    const exact = (above: number) => {
      const head = JSON.stringify(raw(1024)).slice(0, -1);
      return `${head},"a@b":"${'y'.repeat(64 * 1024 - head.length - 10 + above)}"}`;
    };
    assert.equal(Buffer.byteLength(exact(0)), 64 * 1024);
    await accepts(exact(0));
    await accepts(gzipSync(exact(0)), { 'content-encoding': 'gzip' });
    await accepts(deflateSync(exact(0)), { 'content-encoding': 'deflate' });
    const tooMuch: [string | Buffer, RequestOptions['headers']][] = [
      [exact(1), {}],
      [gzipSync(exact(1)), { 'content-encoding': 'gzip' }],
      [deflateSync(exact(1)), { 'content-encoding': 'deflate' }],
      [deflateRawSync(exact(1)), { 'content-encoding': 'deflate' }],
    ];
    for (const [body, headers] of tooMuch)
      assertError(await send(body, headers), { status: 413, code: 'requestTooLarge' });
  });

  test('whoever writes far more than is read before it reads still gets the answer', async () => {
    const large = 'x'.repeat(5 * 1024 * 1024);
    const formHead = `POST /identity/token HTTP/1.1\r\nHost: hub\r\nContent-Type: application/x-www-form-urlencoded\r\n`;
    for (const [head, body] of [
      [postHead, `Content-Length: ${large.length}\r\n\r\n${large}`],
      [postHead, `Transfer-Encoding: chunked\r\n\r\n500000\r\n${large}\r\n0\r\n\r\n`],
      [formHead, `Content-Length: ${large.length}\r\n\r\n${large}`],
    ]) {
      const socket = connect(Number(new URL(hub.baseUrl).port), '127.0.0.1');
      const next = 'GET /healthz HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n';
      // Nothing is read before all is written.
      await new Promise((resolve) => socket.write(`${head}${body}${next}`, resolve));
      const answers = await text(socket);
      assert.match(answers, /^HTTP\/1\.1 413 /);
      assert.match(answers, /"requestTooLarge"|"invalid_request"/);
      assert.match(answers, /HTTP\/1\.1 200 /, 'the connection serves the next request');
    }
  });

  test('a body that is beyond all measure is not read to its end', async () => {
    const url = new URL(hub.baseUrl);
    for (const [head, part] of [
      ['Content-Length: 1000000000', 'x'.repeat(65_536)],
      ['Transfer-Encoding: chunked', `10000\r\n${'x'.repeat(65_536)}\r\n`],
    ] as const) {
      const socket = connect(Number(url.port), url.hostname);
      // It ends with an error or without.
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.on('error', () => {}).resume();
      socket.write(`${postHead}${head}\r\n\r\n`);
      const more = (): void => {
        while (!socket.destroyed && socket.write(part));
        socket.once('drain', more);
      };
      more();
      await closed;
    }
  });

  test('the lease, the ids and the names of a subscription are bounded too', async () => {
    const at = '/v1.0/me/notificationSubscriptions';
    const device = { targetHostName: 'a.example', installationId: 'i', platformType: 'windows' };
    const over = [
      { installationId: 'x'.repeat(257) },
      { installationId: '' },
      { displayName: 'x'.repeat(257) },
      { expirationDateTime: inDays(91) },
    ];
    for (const more of over)
      assertError(await send({ ...device, ...more }, {}, at), {
        status: 400,
        target: Object.keys(more)[0] as string,
      });
  });
});

function nested(depth: number): unknown {
  return depth === 0 ? 1 : { a: nested(depth - 1) };
}

suite('packed bodies', () => {
  const body = JSON.stringify(post());
  test('gzip, zlib and raw deflate are unpacked, in any case of the name', async () => {
    await accepts(gzipSync(body), { 'content-encoding': 'GZip' });
    await accepts(deflateSync(body), { 'content-encoding': 'Deflate' });
    await accepts(deflateRawSync(body), { 'content-encoding': 'deflate' });
    await accepts(body, { 'content-encoding': 'identity' });
  });

  test('bombs are refused before they unfold', async () => {
    const bomb = Buffer.alloc(50_000_000, 0x20);
    assertError(await send(gzipSync(bomb), { 'content-encoding': 'gzip' }), { status: 413 });
    assertError(await send(deflateSync(bomb), { 'content-encoding': 'deflate' }), { status: 413 });
    assertError(await send(deflateRawSync(bomb), { 'content-encoding': 'deflate' }), { status: 413 });
  });

  test('what is not packed as it says, or cut short, is 400', async () => {
    await refuses(body, 'Content-Encoding', { 'content-encoding': 'gzip' });
    await refuses(gzipSync(body), undefined, { 'content-encoding': 'deflate' });
    await refuses(gzipSync(body).subarray(0, 20), 'Content-Encoding', { 'content-encoding': 'gzip' });
    await refuses('', undefined, { 'content-encoding': 'gzip' });
  });

  for (const encoding of ['br', 'zstd', 'compress', 'gzip, gzip', 'x', 'gzip;q=1']) {
    test(`the encoding ${encoding} is 415`, async () => {
      const answer = await send(body, { 'content-encoding': encoding });
      assertError(answer, { status: 415, code: 'unsupportedMediaType', target: 'Content-Encoding' });
    });
  }

  for (const type of ['text/plain', 'application/xml', 'application/jsonp', 'text/json', '']) {
    test(`the type "${type}" is 415`, async () => {
      const answer = await send(body, { 'content-type': type });
      assertError(answer, { status: 415, code: 'unsupportedMediaType', target: 'Content-Type' });
    });
  }

  test('parameters of application/json are taken, in any case', async () => {
    for (const type of ['application/json; charset=utf-8', 'Application/JSON;odata.metadata=minimal'])
      await accepts(body, { 'content-type': type });
  });
});

suite('@odata.type is tolerated where it is right', () => {
  const typed = (types: Readonly<Record<string, string>>) => ({
    '@odata.type': types.notification ?? '#microsoft.graph.notification',
    targetHostName: 'a.example',
    payload: {
      '@odata.type': types.payloadTypes ?? 'microsoft.graph.payloadTypes',
      rawContent: 'a',
      visualContent: {
        '@odata.type': types.visualProperties ?? '#MICROSOFT.GRAPH.visualproperties',
        title: 'a',
      },
    },
    targetPolicy: {
      '@odata.type': types.targetPolicyEndpoints ?? 'microsoft.graph.targetPolicyEndpoints',
      platformTypes: ['ios'],
    },
    fallbackPolicy: {
      '@odata.type': types.fallbackPolicy ?? '#microsoft.graph.fallbackPolicy',
      endpointFallback: {
        '@odata.type': types.fallbackPolicyProperties ?? '#microsoft.graph.fallbackPolicyProperties',
        platformTypes: ['ios'],
        fallbackDelayInSeconds: '60',
        visualContent: {
          '@odata.type': types.fallbackVisual ?? '#microsoft.graph.visualProperties',
          title: 'a',
        },
      },
    },
  });

  test('at every level, with and without #, in any case', async () => {
    const made = await accepts(typed({}));
    assert.doesNotMatch(JSON.stringify(made), /@odata\.type/);
    assert.equal(made.fallbackPolicy.endpointFallback.fallbackDelayInSeconds, 60);
  });

  const levels = [
    'notification',
    'payloadTypes',
    'visualProperties',
    'targetPolicyEndpoints',
    'fallbackPolicy',
    'fallbackPolicyProperties',
    'fallbackVisual',
  ];
  for (const level of levels) {
    test(`and wrong it is 401 on beta and 400 on v1.0: ${level}`, async () => {
      for (const type of ['#microsoft.graph.message', 'notification', '##microsoft.graph.notification', '']) {
        const body = typed({ [level]: type });
        assertError(await send(body), { status: 400, code: 'invalidRequest' });
        assertError(await send(body, {}, '/beta/me/notifications'), { status: 401, code: 'invalidRequest' });
      }
    });
  }
});

suite('a fallback policy fits its notification', () => {
  const policy = (more: object = {}) => ({
    payload: { rawContent: 'a' },
    fallbackPolicy: {
      endpointFallback: {
        platformTypes: ['ios'],
        fallbackDelayInSeconds: 600,
        visualContent: { title: 'a' },
        ...more,
      },
    },
  });
  test('with raw content and ios among the targets it is taken', async () => {
    await accepts(post(policy()));
    await accepts(post(policy({ platformTypes: ['IOS'], fallbackDelayInSeconds: 60 })));
  });
  const bad: Readonly<Record<string, object>> = {
    'a delay of 59': policy({ fallbackDelayInSeconds: 59 }),
    'a delay of 601': policy({ fallbackDelayInSeconds: 601 }),
    'another platform': policy({ platformTypes: ['windows'] }),
    'two platforms': policy({ platformTypes: ['ios', 'windows'] }),
    'no platform': policy({ platformTypes: [] }),
    'nothing to show': policy({ visualContent: null }),
    'no raw content': { ...policy(), payload: { visualContent: { title: 'a' } } },
    'no ios among the targets': { ...policy(), targetPolicy: { platformTypes: ['windows'] } },
    'no endpointFallback': { ...policy(), fallbackPolicy: {} },
  };
  for (const [name, more] of Object.entries(bad))
    test(name, async () => void (await refuses(post(more as Record<string, unknown>))));
});
