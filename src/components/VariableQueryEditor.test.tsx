import React from 'react';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { testDatasource, testRange } from '../test/datasource';
import { type VariableQuery } from '../values';
import { VariableQueryEditor } from './VariableQueryEditor';

/** A query as it is stored: dashboards of other data sources hold a bare word. */
function show(query: VariableQuery | string, known: string[] = []) {
  const { datasource, getResource } = testDatasource({}, known);
  const onChange = jest.fn<void, [VariableQuery]>();
  function Host() {
    const [current, setCurrent] = React.useState(query);
    onChange.mockImplementation(setCurrent);
    return (
      <VariableQueryEditor
        datasource={datasource}
        query={current as VariableQuery}
        range={testRange}
        onChange={onChange}
      />
    );
  }
  render(<Host />);
  return { getResource, user: userEvent.setup(), changed: () => onChange.mock.lastCall?.[0] };
}

test('lists homeservers until something else is chosen, and keeps the filters', async () => {
  const { user, changed } = show({ refId: 'A', job: ['synapse'] });
  expect(screen.getByLabelText('List')).toHaveValue('Homeservers (server_name)');
  expect(screen.queryByLabelText('Homeserver')).not.toBeInTheDocument();
  await user.click(screen.getByLabelText('List'));
  await user.click(await screen.findByRole('option', { name: 'Caches' }));
  expect(changed()).toEqual({ refId: 'A', values: 'cache', job: ['synapse'] });
  expect(screen.getByLabelText('Homeserver')).toBeInTheDocument();
});

test('filters suggest values within the panel’s time range', async () => {
  const { user, getResource, changed } = show({ refId: 'A', values: 'index', serverName: '$server' }, ['synapse']);
  await user.click(screen.getByLabelText('Job'));
  await user.click(await screen.findByText('synapse'));
  expect(changed()).toEqual({ refId: 'A', values: 'index', serverName: '$server', job: ['synapse'] });
  expect(getResource).toHaveBeenCalledWith('values/job', expect.objectContaining({ from: 1_000_000, to: 4_600_000 }));
});

test('a bare word is read as what to list', async () => {
  const { user, changed } = show('job');
  expect(screen.getByLabelText('List')).toHaveValue('Jobs');
  await user.type(screen.getByLabelText('Homeserver'), 'example.org{Enter}');
  expect(changed()).toEqual({ refId: 'variable', values: 'job', serverName: ['example.org'] });
});

test('a list that is not known is shown, not lost', () => {
  show({ refId: 'A', values: 'moonPhase' });
  expect(screen.getByLabelText('List')).toHaveValue('moonPhase');
});
