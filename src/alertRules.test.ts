import { readFileSync } from 'node:fs';
import path from 'node:path';

import { alertRulesFor } from './alertRules';

const file = readFileSync(path.resolve(__dirname, '../provisioning/alerting/matrix-synapse.yaml'), 'utf8');
const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;

test('every rule asks the data source that they are downloaded for', () => {
  const queries = count(file, /datasourceUid: matrix-synapse$/gm);
  const made = alertRulesFor(file, '0123', 7);
  expect(queries).toBeGreaterThan(100);
  expect(count(made, /^ +datasourceUid: "0123"$/gm)).toBe(queries);
  expect(made).not.toMatch(/datasourceUid: matrix-synapse/);
  expect(count(made, /^ +- orgId: 7$/gm)).toBe(1);
  // Nothing else differs.
  const back = made
    .replaceAll('datasourceUid: "0123"', 'datasourceUid: matrix-synapse')
    .replace('orgId: 7', 'orgId: 1');
  expect(back).toBe(file);
});
