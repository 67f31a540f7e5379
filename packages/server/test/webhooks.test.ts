// Webhooks as a receiver reads them: signatures made by the library of Standard Webhooks, content encrypted by openssl's
// commands from the description alone.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { decryptContent, readWebhook, validationTokenOf, verifyValidationTokens } from '../src/index.ts';

const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;
const body = JSON.stringify({ value: [{ id: '1', subscriptionId: 's', changeType: 'created' }] });

function signed(secret: string, text: string, at = new Date()) {
  const id = 'msg_1';
  return {
    'Webhook-Id': id,
    'Webhook-Timestamp': String(Math.floor(at.getTime() / 1000)),
    'Webhook-Signature': new Webhook(secret).sign(id, at, text),
  };
}

suite('webhooks', () => {
  test('the handshake is answered with the decoded token; a delivery is none', () => {
    assert.equal(validationTokenOf('/hook?own=1&validationToken=a%20b%2Bc'), 'a b+c');
    assert.equal(validationTokenOf('/hook?own=1'), null);
  });

  test('a signature of any secret that holds is taken, whatever the case of the headers', () => {
    const [current, next] = [newSecret(), newSecret()];
    for (const secret of [current, next])
      assert.equal(readWebhook(Buffer.from(body), signed(secret, body), [current, next]).value[0]?.id, '1');
  });

  test('a changed body, a foreign secret, an old time and no signature are refused', () => {
    const secret = newSecret();
    const good = signed(secret, body);
    assert.throws(() => readWebhook(`${body} `, good, [secret]));
    assert.throws(() => readWebhook(body, signed(newSecret(), body), [secret]));
    assert.throws(() => readWebhook(body, signed(secret, body, new Date(Date.now() - 600_000)), [secret]));
    assert.throws(() => readWebhook(body, {}, [secret]));
    assert.throws(() => readWebhook(body, good, []), /no signing secret/);
  });

  test('content that openssl encrypted is decrypted; a changed byte is refused', (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'carillon-webhooks-'));
    context.after(() => rmSync(folder, { recursive: true }));
    const openssl = (...args: string[]): Buffer =>
      execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'key.pem',
      '-out',
      'cert.pem',
      '-subj',
      '/CN=receiver',
    );
    const key = randomBytes(32);
    writeFileSync(
      join(folder, 'content'),
      JSON.stringify({ id: '1', payload: { visualContent: { title: 'Mittag ✓' } } }),
    );
    writeFileSync(join(folder, 'key'), key);
    const iv = key.subarray(0, 16).toString('hex');
    const data = openssl('enc', '-aes-256-cbc', '-K', key.toString('hex'), '-iv', iv, '-in', 'content');
    const padding = ['-pkeyopt', 'rsa_padding_mode:oaep', '-pkeyopt', 'rsa_oaep_md:sha1'];
    const dataKey = openssl('pkeyutl', '-encrypt', '-certin', '-inkey', 'cert.pem', '-in', 'key', ...padding);
    const content = {
      data: data.toString('base64'),
      dataKey: dataKey.toString('base64'),
      dataSignature: createHmac('sha256', key).update(data).digest('base64'),
      encryptionCertificateId: 'mine',
      encryptionCertificateThumbprint: '',
    };
    const privateKey = readFileSync(join(folder, 'key.pem'), 'utf8');
    assert.deepEqual(decryptContent(content, privateKey), {
      id: '1',
      payload: { visualContent: { title: 'Mittag ✓' } },
    });
    data[0] = (data[0] ?? 0) ^ 1;
    assert.throws(
      () => decryptContent({ ...content, data: data.toString('base64') }, privateKey),
      /signature/,
    );
  });

  test('a delivery without validation tokens is refused', async () => {
    await assert.rejects(
      verifyValidationTokens([], { baseUrl: 'https://hub.example', appId: 'a' }),
      /no validation token/,
    );
  });
});
