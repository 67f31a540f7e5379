import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { after, beforeEach, describe, test } from 'node:test';
import { makeTls, serveHttp1 } from '@carillon/testing/machine/http-servers.ts';
import type { LookupAll } from '../push/transport/guard.ts';
import { openPictureFetch, type PictureSource, pictureBytesMax } from './fetch-picture.ts';

const png = Buffer.from('\x89PNG\r\n\x1a\nand so on', 'latin1');
const padded = (bytes: number) => Buffer.concat([png, Buffer.alloc(bytes - png.length)]);

const tls = await makeTls();
let serve = (_request: IncomingMessage, response: ServerResponse): void => void response.end(png);
let asked: string[] = [];
const site = await serveHttp1((request, response) => {
  asked.push(request.url ?? '');
  serve(request, response);
}, tls);
after(() => site[Symbol.asyncDispose]());
beforeEach(() => {
  asked = [];
});

const open = (more: Partial<PictureSource> = {}) =>
  openPictureFetch({ allowPrivate: true, extraCa: tls.ca, ...more });
const answers = (respond: (response: ServerResponse) => void) => {
  serve = (_request, response) => respond(response);
};
/** What becomes of one answer of the site. */
const given = (respond: (response: ServerResponse) => void, more: Partial<PictureSource> = {}) => {
  answers(respond);
  return open(more)(`${site.url}/picture`);
};

describe('a picture of another site', () => {
  test('is taken by what its bytes are, not by what its server says', async () => {
    const kinds = {
      'image/png': png,
      'image/jpeg': Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
      'image/gif': Buffer.from('GIF89a…'),
      'image/webp': Buffer.from('RIFF\0\0\0\0WEBPVP8 '),
      'image/avif': Buffer.from('\0\0\0 ftypavif'),
    };
    for (const [type, bytes] of Object.entries(kinds)) {
      const picture = await given((response) => response.setHeader('content-type', 'text/html').end(bytes));
      assert.deepEqual(picture, { type, bytes });
    }
  });

  test('is none where the bytes are something else', async () => {
    const others = [
      '',
      '<svg xmlns="http://www.w3.org/2000/svg"/>',
      '<html>',
      '%PDF-1.7',
      'RIFF\0\0\0\0WAVEfmt ',
      ' GIF89a',
    ];
    for (const other of others)
      assert.equal(
        await given((response) => response.setHeader('content-type', 'image/png').end(other)),
        null,
      );
  });

  test('has a bound, whether its length is said, wrong or open', async () => {
    assert.equal(
      (await given((response) => response.end(padded(pictureBytesMax))))?.bytes.length,
      pictureBytesMax,
    );
    assert.equal(await given((response) => response.end(padded(pictureBytesMax + 1))), null);
    assert.equal(
      await given((response) => {
        // Goes on until the hub has had enough.
        const more = (): void => void (response.destroyed || response.write(Buffer.alloc(64 * 1024), more));
        response.write(png, more);
      }),
      null,
    );
    assert.equal(
      await given((response) =>
        response.setHeader('content-length', 100).write(png, () => response.destroy()),
      ),
      null,
    );
  });

  test('is not looked for elsewhere, nor unpacked, nor awaited for long', async () => {
    const moved = await given((response) => response.writeHead(302, { location: '/other' }).end(png));
    assert.deepEqual([moved, asked], [null, ['/picture']]);
    assert.equal(await given((response) => response.writeHead(404).end(png)), null);
    assert.equal(await given((response) => response.setHeader('content-encoding', 'gzip').end(png)), null);
    assert.equal(await given(() => {}, { timeoutMs: 50 }), null);
    assert.equal(await given((response) => void response.write(png), { timeoutMs: 50 }), null);
  });

  test('is asked for over TLS that verifies, without a name of who asks', async () => {
    answers((response) => response.end(png));
    assert.ok(await open()(`${site.url}/picture`));
    assert.equal(await open({ extraCa: null })(`${site.url}/picture`), null);
    for (const url of [
      `http://localhost:${site.port}/`,
      `https://a:b@localhost:${site.port}/`,
      'data:image/png,x',
      'nonsense',
    ])
      assert.equal(await open()(url), null);
    assert.deepEqual(asked, ['/picture']);
  });
});

describe('an address inside', () => {
  test('is never asked, whatever it is written as', async () => {
    answers((response) => response.end(png));
    const fetch = open({ allowPrivate: false });
    const before = site.connections;
    const hosts = [
      'localhost',
      'a.localhost',
      '127.0.0.1',
      '127.1',
      '0x7f.1',
      '2130706433',
      '[::1]',
      '[::ffff:127.0.0.1]',
    ];
    for (const host of [
      ...hosts,
      '169.254.169.254',
      '10.0.0.1',
      '0.0.0.0',
      '[fd00::1]',
      '100.64.0.1',
      'localhost.',
    ])
      assert.equal(await fetch(`https://${host}:${site.port}/picture`), null, host);
    assert.equal(site.connections, before);
  });

  test('is not reached by a name that leads there, also beside an address outside or the second time', async () => {
    answers((response) => response.end(png));
    const before = site.connections;
    const leadsTo =
      (...addresses: string[]): LookupAll =>
      (_host, _options, done) =>
        done(
          null,
          addresses.map((address) => ({ address, family: 4 })),
        );
    for (const lookup of [leadsTo('127.0.0.1'), leadsTo('203.0.113.1', '127.0.0.1'), leadsTo('192.168.0.1')])
      assert.equal(
        await open({ allowPrivate: false, lookup })(`https://pictures.example:${site.port}/`),
        null,
      );
    assert.equal(site.connections, before);
  });
});
