import { queryTypes } from './queryTypes';
import { valueKinds } from './values';

const kinds = ['text', 'number', 'boolean', 'duration', 'choice', 'list', 'numbers'];

test('there are declarations, each by its own name', () => {
  expect(queryTypes.length).toBeGreaterThanOrEqual(5);
  expect(new Set(queryTypes.map((type) => type.id)).size).toBe(queryTypes.length);
});

test.each(queryTypes)('$id can be edited', (type) => {
  expect(type.title).not.toBe('');
  expect(type.help).not.toBe('');
  expect(type.formats.length).toBeGreaterThan(0);
  for (const param of type.params) {
    expect(kinds).toContain(param.kind);
    expect(param.help).not.toBe('');
    // A parameter lies flat in the query: it must not hide one of the query's own keys.
    expect(['refId', 'queryType', 'format', 'serverName', 'job', 'index', 'instance', 'limit']).not.toContain(param.id);
    expect(param.kind === 'choice' ? (param.options ?? []).length : 1).toBeGreaterThan(0);
    expect([...valueKinds, undefined]).toContain(param.values);
    for (const format of param.formats ?? []) {
      expect(type.formats.map(({ id }) => id)).toContain(format);
    }
  }
  for (const example of type.examples) {
    expect([undefined, type.id]).toContain(example.query.queryType);
    expect([undefined, ...type.formats.map(({ id }) => id)]).toContain(example.query.format);
  }
});
