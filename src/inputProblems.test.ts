import { durationProblem, keyProblem, numberProblem, wholeProblem } from './inputProblems';

test.each(['15s', '0s', '0', '5m', '1h30m', '250ms', '1.5h', '7d', '2w', '1M', '1y'])('%s is a duration', (text) => {
  expect(durationProblem(text)).toBeUndefined();
});

test.each(['', 'soon', '5 minutes', '1d12h', '-5m', '1.5d', '5m!', 's'])('"%s" is none', (text) => {
  expect(durationProblem(text)).toMatch(/such as 15s/);
});

test('a bare number is told to take a unit', () => {
  expect(durationProblem('30')).toBe('Add a unit, for example 30s or 30m.');
});

test('numbers stay within their bounds', () => {
  expect(numberProblem('3', 1, 20)).toBeUndefined();
  expect(numberProblem('0.5')).toBeUndefined();
  expect(numberProblem('21', 1, 20)).toBe('Must lie between 1 and 20.');
  expect(numberProblem('0', 1)).toBe('Must be 1 or more.');
  expect(numberProblem('many')).toMatch(/Write a number/);
  expect(numberProblem('1,5')).toMatch(/with a dot/);
  expect(wholeProblem('3', 1, 20)).toBeUndefined();
  expect(wholeProblem('2.5', 1, 20)).toBe('Write a whole number.');
  expect(wholeProblem('21', 1, 20)).toBe('Must lie between 1 and 20.');
});

test('a key of pseudonyms has 16 characters or more', () => {
  expect(keyProblem('0123456789abcdef')).toBeUndefined();
  expect(keyProblem('0123456789abcde')).toBe('Use 16 characters or more.');
  expect(keyProblem('                ')).toBe('Use 16 characters or more.');
});
