import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settingNames, variableOf } from '../../packages/hub/src/config/settings.ts';
import { readDocument } from './documents.ts';
import { generated } from './generated.ts';

for (const [path, make] of Object.entries(generated)) {
  test(`${path} is what \`npm run docs\` writes`, async () => assert.equal(readDocument(path), await make()));
}

test('the configuration page names every setting and its variable', () => {
  const page = readDocument('docs/configuration.md');
  for (const name of settingNames)
    assert.match(page, new RegExp(`^\\| \`${name}\` .*\`${variableOf(name)}\``, 'm'));
});
