import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRefusedByApple, subjectOf } from './contact.ts';

test('the subject is a mailto: or https: address whatever the contact is', () => {
  assert.equal(subjectOf('mailto:ops@contoso.example'), 'mailto:ops@contoso.example');
  assert.equal(subjectOf('https://hub.contoso.example'), 'https://hub.contoso.example');
  assert.equal(subjectOf('http://hub.contoso.example:8080'), 'mailto:postmaster@hub.contoso.example');
  assert.equal(subjectOf('nonsense'), 'mailto:postmaster@localhost');
});

test('a contact whose host is not public is one that Apple refuses', () => {
  for (const refused of [
    ...['http://127.0.0.1:4280', 'https://localhost', 'https://[::1]:4280', 'https://10.0.0.7'],
    ...[
      'https://hub.local',
      'https://hub.internal',
      'https://hub',
      'mailto:ops@localhost',
      'mailto:ops@nas.lan',
    ],
    ...['mailto:ops@x.invalid', 'mailto:ops'],
  ]) {
    assert.equal(isRefusedByApple(refused), true, refused);
  }
  for (const taken of ['https://hub.contoso.com', 'http://hub.contoso.com', 'mailto:ops@contoso.com']) {
    assert.equal(isRefusedByApple(taken), false, taken);
  }
});
