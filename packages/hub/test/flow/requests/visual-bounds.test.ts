// The bounds of what a notification shows: each holds at its bound and refuses one above or below, by the member's name.
import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { assertError } from '@carillon/testing/hub/assert-error.ts';
import { hosts, post, startHub } from '@carillon/testing/hub/hub.ts';

const hub = await startHub();
after(hub.close);
const token = hub.token({ user: 'alice' });
const feed = '/v1.0/me/notifications';

type Visual = Readonly<Record<string, unknown>>;
const send = (more: Visual, path = feed) =>
  hub.request('POST', path, {
    token,
    body: post({ payload: { visualContent: { title: 'a', ...more } } }),
  });

async function accepts(more: Visual): Promise<Visual> {
  const answer = await send(more);
  assert.equal(answer.status, 201, answer.text);
  return answer.json.payload.visualContent;
}

/** In a create, and in its dry run. */
async function refuses(more: Visual, member: string): Promise<string> {
  const target = `payload.visualContent.${member}`;
  for (const path of [feed, `${feed}/explain`])
    assertError(await send(more, path), { status: 400, code: 'invalidRequest', target });
  return (await send(more)).json.error.message;
}

const https = (bytes: number) => `https://a.example/${'x'.repeat(bytes - 18)}`;
const actions = (count: number) => Array.from({ length: count }, (_, at) => ({ id: `a${at}`, title: 'Go' }));
const one = (more: Visual) => ({ actions: [{ id: 'a', title: 'Go', ...more }] });

suite('a bound of what is shown', () => {
  const bounds: Readonly<Record<string, readonly [member: string, of: (beyond: 0 | 1) => Visual]>> = {
    'url of 2 KiB': ['url', (beyond) => ({ url: https(2048 + beyond) })],
    'url of 2 KiB in UTF-8': ['url', (beyond) => ({ url: `${https(2046 + beyond)}é` })],
    'iconUrl of 2 KiB': ['iconUrl', (beyond) => ({ iconUrl: https(2048 + beyond) })],
    'imageUrl of 2 KiB': ['imageUrl', (beyond) => ({ imageUrl: https(2048 + beyond) })],
    'url of an action of 2 KiB': ['actions[0].url', (beyond) => one({ url: https(2048 + beyond) })],
    'four actions': ['actions', (beyond) => ({ actions: actions(4 + beyond) })],
    'id of 64': ['actions[0].id', (beyond) => one({ id: 'x'.repeat(64 + beyond) })],
    'id of one': ['actions[0].id', (beyond) => one({ id: 'x'.repeat(1 - beyond) })],
    'title of 64': ['actions[0].title', (beyond) => one({ title: '😀'.repeat(64 + beyond) })],
    'title of one': ['actions[0].title', (beyond) => one({ title: 'x'.repeat(1 - beyond) })],
    'maxLength of 1024': [
      'actions[0].input.maxLength',
      (beyond) => one({ input: { maxLength: 1024 + beyond } }),
    ],
    'maxLength of 1': ['actions[0].input.maxLength', (beyond) => one({ input: { maxLength: 1 - beyond } })],
    'placeholder of 128': [
      'actions[0].input.placeholder',
      (beyond) => one({ input: { placeholder: 'x'.repeat(128 + beyond) } }),
    ],
    'sound of 128': ['sound', (beyond) => ({ sound: 'x'.repeat(128 + beyond) })],
    'sound of one': ['sound', (beyond) => ({ sound: 'x'.repeat(1 - beyond) })],
    'category of 128': ['category', (beyond) => ({ category: 'x'.repeat(128 + beyond) })],
    'category of one': ['category', (beyond) => ({ category: 'x'.repeat(1 - beyond) })],
    'lang of 64': ['lang', (beyond) => ({ lang: `x${'-12345678'.repeat(6)}-12345678${beyond ? '-1' : ''}` })],
    'progress at its end': ['progress.value', (beyond) => ({ progress: { value: 10 + beyond, max: 10 } })],
    'progress at its start': ['progress.value', (beyond) => ({ progress: { value: 0 - beyond, max: 10 } })],
    'max above 0': ['progress.max', (beyond) => ({ progress: { value: 0, max: 1 - beyond } })],
    'label of 128': [
      'progress.label',
      (beyond) => ({ progress: { value: 1, max: 2, label: 'x'.repeat(128 + beyond) } }),
    ],
  };
  for (const [name, [member, of]] of Object.entries(bounds)) {
    test(name, async () => {
      assert.deepEqual(await accepts(of(0)), { title: 'a', ...of(0) });
      await refuses(of(1), member);
    });
  }
});

suite('a member of the wrong form is refused by name', () => {
  const wrong: readonly (readonly [member: string, Visual])[] = [
    ...[
      '',
      'a',
      '/a',
      '//a.example',
      'a.example',
      'https:',
      'https://',
      'https:/a.example',
      'https:a.example',
    ]
      .concat([
        'http://a.example',
        'http://127.0.0.1/',
        'http://localhost:4280/',
        'ftp://a.example',
        'ws://a.example',
      ])
      .concat(['javascript:alert(1)', 'JavaScript:alert(1)', 'java\tscript:alert(1)', ' javascript:alert(1)'])
      .concat([
        '\u0001javascript:alert(1)',
        'data:text/html,x',
        'DATA:,x',
        'vbscript:x',
        'blob:https://a.example/1',
      ])
      .concat([
        'file:///etc/passwd',
        'about:blank',
        'view-source:https://a.example',
        'filesystem:https://a.example/x',
      ])
      .concat([
        'https://a.example/a b',
        'https:\\\\a.example',
        'https://a.example\\@b.example',
        'https://[::1',
        'myapp://x',
      ])
      .concat(['https://a.example/\n', 'https://a.example/\u0085'])
      .flatMap((url) => [['url', { url }] as const, ['actions[0].url', one({ url })] as const]),
    ...[
      'http://a.example/a.png',
      'myapp://a.png',
      'data:image/png;base64,AA==',
      'javascript:1',
      'a.png',
      '',
      7,
    ]
      .concat(['HTTP://a.example', 'blob:https://a.example/1', 'https://'])
      .flatMap((url) => [['iconUrl', { iconUrl: url }] as const, ['imageUrl', { imageUrl: url }] as const]),
    ...[7, true, {}, ['https://a.example']].map((url) => ['url', { url }] as const),
    ...['a b', 'ä', 'a.b', 'a/b', 7, null, undefined].map((id) => ['actions[0].id', one({ id })] as const),
    ...[7, null, undefined, {}].map((title) => ['actions[0].title', one({ title })] as const),
    ...[1.5, '1.5', 'many', {}].map(
      (maxLength) => ['actions[0].input.maxLength', one({ input: { maxLength } })] as const,
    ),
    ...['text', true, []].map((input) => ['actions[0].input', one({ input })] as const),
    ...['yes', 1, {}].map((flag) => ['actions[0].destructive', one({ destructive: flag })] as const),
    ['actions[0].requiresUnlock', one({ requiresUnlock: 'yes' })],
    ['actions[1].id', { actions: [...actions(1), ...actions(1)] }],
    ['actions', { actions: { id: 'a', title: 'Go' } }],
    ['actions', { actions: 'a' }],
    ['actions[0]', { actions: [null] }],
    ['actions[0]', { actions: ['a'] }],
    ['sound', { sound: 7 }],
    ['category', { category: {} }],
    ...['loud', 'time-sensitive', '', 1].map(
      (level) => ['interruptionLevel', { interruptionLevel: level }] as const,
    ),
    ...['', 'e', 'english-', 'de_CH', 'de-', '-de', 'x', 'de--CH', 'de CH', 'u-ä', 7].map(
      (lang) => ['lang', { lang }] as const,
    ),
    // RFC 5646, appendix A and sections 2.2.5 and 2.2.6: no tag repeats a variant or an extension.
    ...[
      'de-419-DE',
      'a-DE',
      'ar-a-aaa-b-bbb-a-ccc',
      'en-A-aaa-a-bbb',
      'de-DE-1901-1901',
      'sl-ROZAJ-biske-rozaj',
    ].map((lang) => ['lang', { lang }] as const),
    ...[
      'i-nobody',
      'i-klingon-x',
      'en-GB-oed-x-a',
      'sgn-CH-FR-DE',
      'en-abcdefghi',
      'x-123456789',
      'en-x',
    ].map((lang) => ['lang', { lang }] as const),
    ...['left', '', 1].map((dir) => ['dir', { dir }] as const),
    ['progress.max', { progress: { value: 1 } }],
    ['progress.value', { progress: { max: 1 } }],
    ['progress.value', { progress: { value: '1', max: 2 } }],
    ['progress.max', { progress: { value: 0, max: 0 } }],
    ['progress', { progress: 0.3 }],
  ];
  for (const [member, visual] of wrong) {
    test(`${member} of ${JSON.stringify(visual)}`, async () => void (await refuses(visual, member)));
  }

  test('a progress without a finite end', async () => {
    const body = `{"targetHostName":"${hosts['app-a']}","payload":{"visualContent":{"title":"a","progress":{"value":1,"max":1e999}}}}`;
    assertError(await hub.request('POST', feed, { token, body }), {
      status: 400,
      target: 'payload.visualContent.progress.max',
    });
  });

  test('unknown members are named', async () => {
    for (const [visual, member] of [
      [{ colour: 'red' }, 'colour'],
      [one({ icon: 'x' }), 'actions[0].icon'],
      [one({ input: { lines: 3 } }), 'actions[0].input.lines'],
      [{ progress: { value: 1, max: 2, unit: 'B' } }, 'progress.unit'],
      [{ URL: 'https://a.example' }, 'URL'],
      [{ __proto__x: 1 }, '__proto__x'],
    ] as const)
      assert.ok((await refuses(visual, member)).includes(member));
  });

  test('the content of a fallback has the same rules', async () => {
    const body = (visual: Visual) =>
      post({
        payload: { rawContent: 'a' },
        fallbackPolicy: {
          endpointFallback: {
            platformTypes: ['ios'],
            fallbackDelayInSeconds: 60,
            visualContent: { title: 'a', ...visual },
          },
        },
      });
    const at = 'fallbackPolicy.endpointFallback.visualContent';
    for (const [visual, member] of [
      [{ url: 'javascript:1' }, 'url'],
      [{ actions: actions(5) }, 'actions'],
      [{ imageUrl: 'http://a.example' }, 'imageUrl'],
      [{ progress: { value: 2, max: 1 } }, 'progress.value'],
    ] as const) {
      const answer = await hub.request('POST', feed, { token, body: body(visual) });
      assertError(answer, { status: 400, target: `${at}.${member}` });
    }
    const taken = await hub.request('POST', feed, { token, body: body({ url: 'https://a.example' }) });
    assert.equal(taken.json.fallbackPolicy.endpointFallback.visualContent.url, 'https://a.example');
  });
});

suite('what is well-formed is taken', () => {
  test('tags of languages', async () => {
    const tags = ['en', 'DE', 'gsw', 'de-CH', 'zh-Hant-TW', 'sr-Latn', 'es-419', 'sl-rozaj-biske-1994'];
    const rare = [
      'de-CH-1901',
      'en-a-bbb-x-a-ccc',
      'zh-cmn-Hans-CN',
      'x-whatever',
      'en-US-u-islamcal',
      'qaa-Qaaa-QM',
    ];
    // Grandfathered ones by name, in any case, and what only looks repeated: in private use, and below an extension.
    const grandfathered = [
      'i-klingon',
      'I-DEFAULT',
      'en-gb-oed',
      'sgn-BE-FR',
      'zh-min-nan',
      'zh-min',
      'art-lojban',
    ];
    rare.push(...grandfathered, 'en-x-a-a-abcde-abcde', 'en-u-abcde-abcde', 'de-1901-u-co-phonebk-t-de-1901');
    for (const lang of [...tags, ...rare]) assert.equal((await accepts({ lang })).lang, lang);
  });

  test('names of enumerations in any case, and they are answered by name', async () => {
    assert.deepEqual(await accepts({ interruptionLevel: 'TIMEsensitive', dir: 'RTL' }), {
      title: 'a',
      interruptionLevel: 'timeSensitive',
      dir: 'rtl',
    });
    for (const interruptionLevel of ['passive', 'active', 'timeSensitive', 'critical'])
      await accepts({ interruptionLevel });
    for (const dir of ['ltr', 'rtl', 'auto']) await accepts({ dir });
  });

  test('an Int32 as a text, progress with a fraction', async () => {
    assert.deepEqual((await accepts(one({ input: { maxLength: '20' } }))).actions, [
      { id: 'a', title: 'Go', input: { maxLength: 20 } },
    ]);
    await accepts({ progress: { value: 0.25, max: 0.5 } });
  });

  test('bidi controls, which every screen isolates', async () => {
    const title = '\u202egnp.a\u202c \u2067x\u2069';
    assert.deepEqual(await accepts({ title, progress: { value: 1, max: 2, label: title } }), {
      title,
      progress: { value: 1, max: 2, label: title },
    });
  });
});

suite('links into the app itself', () => {
  test('have a scheme of its own, which is none that runs, reads or belongs to others', async () => {
    const operator = hub.token({ user: 'alice', admin: true });
    const put = (urlSchemes: unknown) =>
      hub.request('PATCH', '/admin/apps/app-b', { token: operator, body: { urlSchemes } });
    const reserved = [
      ...[
        'javascript',
        'JavaScript:',
        'vbscript',
        'data',
        'file',
        'file://',
        'blob',
        'about',
        'view-source',
        'filesystem',
      ],
      ...[
        'ms-msdt',
        'MS-Settings',
        'ms-',
        'search-ms',
        'search',
        'microsoft-edge',
        'shell',
        'smb',
        'ftp',
        'sftp',
        'ssh',
      ],
      ...[
        'http',
        'https',
        'ws',
        'wss',
        'intent',
        'chrome',
        'chrome-extension',
        'moz-extension',
        'resource',
        'jar',
        'cid',
      ],
      ...[
        'telnet',
        'ldap',
        'gopher',
        'nfs',
        'afp',
        'x-apple.systempreferences',
        'itms-services',
        'content',
        'devtools',
      ],
    ];
    for (const scheme of reserved) {
      const refused = await put([scheme]);
      assertError(refused, { status: 400, target: 'urlSchemes' });
      assert.match(refused.json.error.message, /reserved/, scheme);
    }
    for (const scheme of ['', 'a b', '7up', 'my_app', 'ä', 'x'.repeat(65), 'a:b', 'myapp:///'])
      assertError(await put([scheme]), { status: 400 });
    const taken = ['myapp', 'com.example.app', 'web+shop', 'mailto', 'tel', 'sms', 'geo', 'msteams', 'm'];
    const { json } = await put(taken);
    assert.deepEqual(json.urlSchemes, taken);
    assert.equal((await put(null)).json.urlSchemes, undefined);
  });

  test('are taken of the schemes that the app has registered, from its next request on', async () => {
    await refuses({ url: 'app-a-own://orders/7' }, 'url');
    const { apps } = hub.registry;
    const app = apps.findById('app-a');
    assert.ok(app);
    await apps.put({ ...app, urlSchemes: ['app-a-own'] });
    const url = 'App-A-Own://orders/7';
    assert.equal((await accepts({ url })).url, url);
    assert.deepEqual((await accepts(one({ url }))).actions, [{ id: 'a', title: 'Go', url }]);
    assert.match(await refuses({ url: 'other://orders/7' }, 'url'), /other.*has not registered/);
    await refuses({ imageUrl: url }, 'imageUrl');
    const elsewhere = await hub.request('POST', feed, {
      token: hub.token({ user: 'alice', app: 'app-b' }),
      body: { targetHostName: hosts['app-b'], payload: { visualContent: { title: 'a', url } } },
    });
    assertError(elsewhere, { status: 400, target: 'payload.visualContent.url' });
  });
});

test('in development a link may lead to a loopback address without TLS, and nowhere else', async () => {
  await using dev = await startHub({ settings: { dev: true } });
  const to = (visual: Visual) =>
    dev.request('POST', feed, {
      token: dev.token({ user: 'alice' }),
      body: post({ payload: { visualContent: { title: 'a', ...visual } } }),
    });
  for (const url of ['http://localhost:8080/x', 'http://127.0.0.1/', 'http://[::1]:1/', 'https://a.example'])
    assert.equal((await to({ url })).status, 201, url);
  for (const url of [
    'http://a.example/',
    'http://localhost.a.example/',
    'http://10.0.0.1/',
    'http:localhost',
  ])
    assertError(await to({ url }), { status: 400, target: 'payload.visualContent.url' });
  assertError(await to({ imageUrl: 'http://localhost/a.png' }), { status: 400 });
});
