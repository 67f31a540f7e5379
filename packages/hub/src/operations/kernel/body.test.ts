import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HubError } from '../../model/errors.ts';
import { operationTable } from '../table.ts';
import { openReader } from './body.ts';

interface Members {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
}

const withBody = operationTable.flatMap(({ name, body }) =>
  body ? [{ name, schema: body.schema as Members }] : [],
);

test('null is the same as absent wherever a member of a body may be left out', () => {
  assert.ok(withBody.length > 10);
  for (const { name, schema } of withBody) {
    const optional = Object.keys(schema.properties ?? {}).filter((each) => !schema.required?.includes(each));
    const json = Object.fromEntries(optional.map((each) => [each, null]));
    try {
      openReader(schema)(json);
    } catch (error) {
      assert.ok(error instanceof HubError, name);
      assert.match(error.message, /is required/, `${name}: ${error.message}`);
    }
  }
});
