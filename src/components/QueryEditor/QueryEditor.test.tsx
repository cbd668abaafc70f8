import React from 'react';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { type Param, queryTypes } from '../../queryTypes';
import { testDatasource, testRange } from '../../test/datasource';
import { type SynapseQuery } from '../../types';
import { QueryEditor } from './QueryEditor';
import { QueryEditorHelp } from './QueryEditorHelp';

// Declarations of our own, so that these tests hold whatever the backend declares: every kind is there.
jest.mock('../../generated/queryTypes.json', () => {
  const param = (id: string, kind: string, more = {}) => ({ id, title: id, help: `help of ${id}`, kind, ...more });
  const format = (id: string) => ({ id, title: `Format ${id}`, help: '', visualization: 'table' });
  return {
    queryTypes: [
      {
        id: 'everything',
        title: 'Everything',
        help: 'Has a parameter of each kind.',
        formats: [format('table'), format('curve')],
        filters: ['serverName', 'job', 'index', 'instance'],
        limit: { default: 20, max: 100 },
        params: [
          param('word', 'text', { default: 'hello' }),
          param('amount', 'number', { default: 10, min: 0, max: 50 }),
          param('yes', 'boolean', { default: false }),
          param('since', 'duration', { default: '7d' }),
          param('pick', 'choice', {
            default: 'a',
            options: [
              { value: 'a', title: 'A' },
              { value: 'b', title: 'Bee' },
            ],
          }),
          param('cache', 'list', { values: 'cache' }),
          param('drawing', 'choice', {
            default: 'queue',
            options: [
              {
                value: 'queue',
                title: 'Backlog',
                group: 'Workers',
                description: 'Updates that wait.',
                keywords: ['metric_of_queues'],
              },
              {
                value: 'busy',
                title: 'Event loop',
                group: 'Processes',
                keywords: ['metric_of_loops'],
                formats: ['table'],
              },
            ],
          }),
          param('kinds', 'list', { options: [{ value: 'restart', title: 'Restarts' }] }),
          param('sizes', 'numbers', { default: [1.5, 2], min: 1, max: 100, formats: ['curve'] }),
        ],
        examples: [{ title: 'Try it', query: { queryType: 'everything', format: 'curve' } }],
      },
      {
        id: 'small',
        title: 'Small',
        help: 'Has little.',
        formats: [format('table')],
        filters: ['serverName'],
        params: [param('word', 'text')],
        examples: [],
      },
    ],
  };
});

function show(query: Partial<SynapseQuery>, known: string[] = [], variables = {}) {
  const { datasource, getResource } = testDatasource(variables, known);
  const onChange = jest.fn<void, [SynapseQuery]>();
  const onRunQuery = jest.fn();
  function Host() {
    const [current, setCurrent] = React.useState<SynapseQuery>({ refId: 'A', ...query });
    onChange.mockImplementation(setCurrent);
    return (
      <QueryEditor
        datasource={datasource}
        query={current}
        range={testRange}
        onChange={onChange}
        onRunQuery={onRunQuery}
      />
    );
  }
  render(<Host />);
  return { onChange, onRunQuery, getResource, user: userEvent.setup() };
}

const changed = (onChange: jest.Mock<void, [SynapseQuery]>) => onChange.mock.lastCall?.[0];

test('a type brings its filters, parameters with defaults, and limit', () => {
  show({ queryType: 'everything' });
  for (const label of ['Homeserver', 'Job', 'Index', 'Instance', 'word', 'amount', 'yes', 'since', 'pick', 'cache']) {
    expect(screen.getByLabelText(label)).toBeInTheDocument();
  }
  expect(screen.getByLabelText('amount')).toHaveAttribute('placeholder', '10');
  expect(screen.getByLabelText('since')).toHaveAttribute('placeholder', '7d');
  expect(screen.getByLabelText('Limit')).toHaveAttribute('placeholder', '20');
  expect(screen.getByText(/Has a parameter of each kind/)).toBeInTheDocument();
});

test('a question is asked in words, about what was chosen before', async () => {
  const { onChange, onRunQuery, user } = show({ queryType: 'small', serverName: ['a'], word: 'w' });
  expect(screen.getByLabelText('Question')).toHaveValue('');
  await user.click(screen.getByLabelText('Question'));
  await user.type(screen.getByLabelText('Question'), 'curve try');
  await user.click(await screen.findByRole('option', { name: /Try it/ }));
  expect(changed(onChange)).toEqual({ refId: 'A', queryType: 'everything', format: 'curve', serverName: ['a'] });
  expect(onRunQuery).toHaveBeenCalled();
  expect(screen.getByLabelText('Question')).toHaveValue('Try it');
});

test('a query with parameters of its own is no question', () => {
  show({ queryType: 'everything', format: 'curve', amount: 3 });
  expect(screen.getByLabelText('Question')).toHaveValue('');
});

test('a new query is the one that Grafana asks by default, to be seen and saved', () => {
  const { onChange } = show({});
  expect(changed(onChange)).toEqual({ refId: 'A', queryType: 'everything' });
  expect(screen.getByLabelText('Query type')).toHaveValue('Everything');
});

test('parameters appear only with the formats they act on', () => {
  show({ queryType: 'everything', format: 'curve' });
  expect(screen.getByLabelText('sizes')).toHaveAttribute('placeholder', '1.5, 2');
});

test('one format needs no choice, and parameters of other formats are not shown', () => {
  show({ queryType: 'small' });
  expect(screen.queryByLabelText('Show as')).not.toBeInTheDocument();
  expect(screen.queryByLabelText('Limit')).not.toBeInTheDocument();
  expect(screen.queryByLabelText('Job')).not.toBeInTheDocument();
  expect(screen.queryByLabelText('sizes')).not.toBeInTheDocument();
});

test('another type keeps what it understands and drops the rest', async () => {
  const before = {
    queryType: 'everything',
    format: 'curve',
    serverName: ['a'],
    job: ['b'],
    word: 'w',
    amount: 3,
    limit: 5,
  };
  const { onChange, onRunQuery, user } = show({ ...before, hide: false });
  await user.click(screen.getByLabelText('Query type'));
  await user.click(await screen.findByRole('option', { name: /Small/ }));
  expect(changed(onChange)).toEqual({ refId: 'A', queryType: 'small', serverName: ['a'], word: 'w', hide: false });
  expect(onRunQuery).toHaveBeenCalled();
});

test('typed values are handed on in the form of their kind', async () => {
  const { onChange, user } = show({ queryType: 'everything', format: 'curve' });
  await user.type(screen.getByLabelText('word'), 'x{Enter}');
  await user.type(screen.getByLabelText('amount'), '12{Enter}');
  await user.type(screen.getByLabelText('since'), '1d{Enter}');
  await user.type(screen.getByLabelText('sizes'), '2, 3.5{Enter}');
  await user.click(screen.getByLabelText('yes'));
  expect(changed(onChange)).toEqual({
    refId: 'A',
    queryType: 'everything',
    format: 'curve',
    word: 'x',
    amount: 12,
    since: '1d',
    sizes: [2, 3.5],
    yes: true,
  });
});

test('an emptied parameter leaves the query: its default holds', async () => {
  const { onChange, user } = show({ queryType: 'everything', amount: 12, yes: true });
  await user.clear(screen.getByLabelText('amount'));
  await user.click(screen.getByLabelText('yes'));
  expect(changed(onChange)).toEqual({ refId: 'A', queryType: 'everything' });
});

test.each([
  ['amount', '51', 'Must lie between 0 and 50.'],
  ['since', '30', 'Add a unit, for example 30s or 30m.'],
  ['Limit', '0', 'Must lie between 1 and 100.'],
])('a wrong %s is explained and not handed on', async (label, text, problem) => {
  const { onChange, user } = show({ queryType: 'everything' });
  await user.type(screen.getByLabelText(label), `${text}{Enter}`);
  expect(screen.getByText(problem)).toBeInTheDocument();
  expect(onChange).not.toHaveBeenCalled();
});

test('template variables are right in every field', async () => {
  const { onChange, user } = show({ queryType: 'everything' });
  await user.type(screen.getByLabelText('amount'), '$n{Enter}');
  await user.type(screen.getByLabelText('Limit'), '$n{Enter}');
  expect(changed(onChange)).toMatchObject({ amount: '$n', limit: '$n' });
});

test('a variable can decide a switch and the format', async () => {
  const { onChange, user } = show({ queryType: 'everything' }, [], { how: { value: 'curve' }, on: { value: 'true' } });
  await user.click(screen.getByLabelText('yes'));
  await user.click(await screen.findByRole('option', { name: '$on' }));
  await user.click(screen.getByLabelText('Show as'));
  await user.click(await screen.findByRole('option', { name: '$how' }));
  expect(changed(onChange)).toEqual({ refId: 'A', queryType: 'everything', yes: '$on', format: '$how' });
  expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  for (const label of ['amount', 'sizes']) {
    expect(screen.getByLabelText(label)).toBeInTheDocument();
  }
  await user.click(screen.getByLabelText('yes'));
  await user.click(await screen.findByRole('option', { name: 'No' }));
  expect(changed(onChange)).toEqual({ refId: 'A', queryType: 'everything', format: '$how' });
});

test('a switch that a variable decides shows it, whatever variables there are', () => {
  show({ queryType: 'everything', yes: '$gone' });
  expect(screen.getByLabelText('yes')).toHaveValue('$gone');
});

test('a choice offers its options', async () => {
  const { onChange, user } = show({ queryType: 'everything' });
  await user.click(screen.getByLabelText('pick'));
  await user.click(await screen.findByRole('option', { name: 'Bee' }));
  expect(changed(onChange)).toMatchObject({ pick: 'b' });
});

test.each([
  ['backlog', 'Backlog', 'Event loop'],
  ['wait updates', 'Backlog', 'Event loop'],
  ['metric_of_loops', 'Event loop', 'Backlog'],
])('one of many is found by its title, its meaning or a metric: %s', async (text, found, other) => {
  const { user } = show({ queryType: 'everything', drawing: 'none' });
  await user.type(screen.getByLabelText('drawing'), text);
  expect(await screen.findByRole('option', { name: new RegExp(found) })).toBeInTheDocument();
  expect(screen.queryByRole('option', { name: new RegExp(other) })).not.toBeInTheDocument();
});

test('what is typed is a title or a variable, never a value of its own', async () => {
  const { onChange, user } = show({ queryType: 'everything', drawing: 'none' }, [], { what: { value: 'busy' } });
  await user.type(screen.getByLabelText('Show as'), 'Format curve{Enter}');
  expect(changed(onChange)).toMatchObject({ format: 'curve' });
  await user.type(screen.getByLabelText('pick'), 'Bee{Enter}');
  expect(changed(onChange)).toMatchObject({ pick: 'b' });
  await user.type(screen.getByLabelText('drawing'), '$wh');
  await user.click(await screen.findByRole('option', { name: '$what' }));
  expect(changed(onChange)).toMatchObject({ drawing: '$what' });
});

test('one of many stands under its heading, and takes a format away that does not go with it', async () => {
  const { onChange, user } = show({ queryType: 'everything', format: 'curve' });
  expect(screen.getByLabelText('drawing')).toHaveValue('Backlog');
  await user.click(screen.getByLabelText('drawing'));
  expect(await screen.findByText('Workers')).toBeInTheDocument();
  await user.click(await screen.findByRole('option', { name: /Event loop/ }));
  expect(changed(onChange)).toEqual({ refId: 'A', queryType: 'everything', drawing: 'busy' });
});

test('a format that does not go with what is chosen is named', () => {
  show({ queryType: 'everything', format: 'curve', drawing: 'busy' });
  expect(screen.getByRole('alert', { name: /has no format “Format curve”/ })).toBeInTheDocument();
});

test('filters suggest the backend’s values and the dashboard’s variables', async () => {
  const variables = { env: { value: 'prod' } };
  const { onChange, getResource, user } = show(
    { queryType: 'everything', serverName: 'example.org' },
    ['synapse'],
    variables
  );
  await user.click(screen.getByLabelText('Job'));
  expect(await screen.findByText('$env')).toBeInTheDocument();
  await user.click(await screen.findByText('synapse'));
  expect(changed(onChange)).toMatchObject({ job: ['synapse'], serverName: 'example.org' });
  expect(getResource).toHaveBeenCalledWith('values/job', {
    serverName: ['example.org'],
    from: 1_000_000,
    to: 4_600_000,
  });
});

test('a list suggests the values that its declaration names', async () => {
  const { onChange, getResource, user } = show({ queryType: 'everything' });
  await user.click(screen.getByLabelText('kinds'));
  await user.click(await screen.findByText('Restarts'));
  expect(changed(onChange)).toMatchObject({ kinds: ['restart'] });
  expect(getResource).not.toHaveBeenCalled();
});

test('a filter takes what is typed, beside what it has', async () => {
  const { onChange, user } = show({ queryType: 'everything', job: 'one' });
  await user.type(screen.getByLabelText('Job'), 'worker.*|x{Enter}');
  expect(changed(onChange)).toMatchObject({ job: ['one', 'worker.*|x'] });
});

test('an unknown query type is named, kept, and can be replaced', async () => {
  const { onChange, user } = show({ queryType: 'of the future', sharpness: 7 });
  expect(screen.getByLabelText('Query type')).toHaveValue('of the future');
  expect(screen.getByRole('alert', { name: /Unknown query type “of the future”/ })).toBeInTheDocument();
  expect(onChange).not.toHaveBeenCalled();
  await user.click(screen.getByLabelText('Query type'));
  await user.click(await screen.findByRole('option', { name: /Small/ }));
  expect(changed(onChange)).toMatchObject({ queryType: 'small', sharpness: 7 });
});

test('an unknown format is named and can be replaced, even where there is one format only', async () => {
  const { onChange, user } = show({ queryType: 'small', format: 'hologram' });
  expect(screen.getByRole('alert', { name: /Unknown format “hologram” of “Small”/ })).toBeInTheDocument();
  await user.click(screen.getByLabelText('Show as'));
  await user.click(await screen.findByRole('option', { name: /Format table/ }));
  expect(changed(onChange)).toEqual({ refId: 'A', queryType: 'small', format: 'table' });
  expect(screen.queryByRole('alert')).not.toBeInTheDocument();
});

test('a query written by hand may hold texts for switches and numbers, and single values for lists', () => {
  show({ queryType: 'everything', yes: 'false', amount: '7', job: 'one', cache: '*getEvent*' });
  expect(screen.getByLabelText('yes')).not.toBeChecked();
  expect(screen.getByLabelText('amount')).toHaveValue('7');
  expect(screen.getByText('one')).toBeInTheDocument();
  expect(screen.getByText('*getEvent*')).toBeInTheDocument();
});

test('one change runs the query once', async () => {
  const { onRunQuery, user } = show({ queryType: 'everything' });
  await user.type(screen.getByLabelText('amount'), '12{Enter}');
  await user.tab();
  expect(onRunQuery).toHaveBeenCalledTimes(1);
  await user.click(screen.getByLabelText('pick'));
  await user.click(await screen.findByRole('option', { name: 'Bee' }));
  await user.tab();
  expect(onRunQuery).toHaveBeenCalledTimes(2);
});

test('help offers the examples', async () => {
  const onClickExample = jest.fn();
  const { datasource } = testDatasource();
  render(<QueryEditorHelp datasource={datasource} query={{ refId: 'A' }} onClickExample={onClickExample} />);
  await userEvent.click(screen.getByRole('button', { name: 'Try it' }));
  expect(onClickExample).toHaveBeenCalledWith({ refId: 'A', queryType: 'everything', format: 'curve' });
});

test('the declarations under test have every kind', () => {
  const kinds = new Set(queryTypes.flatMap((type) => type.params.map((param: Param) => param.kind)));
  expect(kinds.size).toBe(7);
});
