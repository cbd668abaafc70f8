import React from 'react';
import { type DataSourceSettings } from '@grafana/data';
import { type BackendSrv, config, setBackendSrv } from '@grafana/runtime';
import { act, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { type HealthAspect, healthReports } from '../../health';
import { type SynapseOptions, type SynapseSecrets } from '../../types';
import { ConfigEditor } from './ConfigEditor';

/** Grafana's API: the answer to each request by its address, or an error; what was posted is kept. */
const grafana = { answers: {} as Record<string, unknown>, posted: [] as unknown[] };

beforeEach(() => {
  grafana.answers = {};
  grafana.posted = [];
  const answer = (url: string) => {
    const [, found = []] = Object.entries(grafana.answers).find(([start]) => url.startsWith(start)) ?? [];
    return found instanceof Error ? Promise.reject(found) : Promise.resolve(found);
  };
  setBackendSrv({
    get: answer,
    post: (url: string, data: unknown) => {
      grafana.posted.push(data);
      return answer(url);
    },
  } as unknown as BackendSrv);
  healthReports('synapse').next([]);
});

type Settings = DataSourceSettings<SynapseOptions, SynapseSecrets>;

function show(jsonData: SynapseOptions = {}, more: Partial<Settings> = {}) {
  const start = {
    uid: 'synapse',
    type: 'matrix-synapse-datasource',
    url: '',
    jsonData,
    secureJsonFields: {},
    ...more,
  } as Settings;
  const onOptionsChange = jest.fn<void, [Settings]>();
  function Host() {
    const [options, setOptions] = React.useState(start);
    onOptionsChange.mockImplementation(setOptions);
    return <ConfigEditor options={options} onOptionsChange={onOptionsChange} />;
  }
  const { container } = render(<Host />);
  const user = userEvent.setup();
  const field = (id: string) => {
    const element = container.querySelector<HTMLInputElement>(`[id="setting-${id}"]`);
    if (!element) {
      throw new Error(`no field for ${id}`);
    }
    return element;
  };
  /** As Grafana does: the secrets are gone, and the version is counted up. */
  const save = () =>
    act(() => {
      const options = onOptionsChange.mock.lastCall?.[0] ?? start;
      onOptionsChange({ ...options, secureJsonData: {}, version: (options.version ?? 0) + 1 });
    });
  return { user, field, save, saved: () => onOptionsChange.mock.lastCall?.[0], onOptionsChange };
}

/** Opens the parts that are closed at first. */
async function open(user: ReturnType<typeof userEvent.setup>) {
  for (const button of screen.getAllByRole('button', { name: /^Expand section/ })) {
    await user.click(button);
  }
}

test('shows the defaults without storing them', async () => {
  const { user, field, onOptionsChange } = show();
  await open(user);
  const placeholders: Record<string, string> = {
    scrapeInterval: '15s',
    queryTimeout: '25s',
    postgresMaxConnections: '3',
    postgresStatementTimeout: '10s',
    postgresFullPassTimeout: '5m',
    cacheEntryTtl: '30m',
    dummyEventsThreshold: '10',
  };
  for (const [id, text] of Object.entries(placeholders)) {
    expect(field(id)).toHaveAttribute('placeholder', text);
    expect(field(id)).toHaveValue('');
  }
  expect(field('httpMethod')).toHaveValue('POST');
  expect(field('postgresSslMode')).toHaveValue('require');
  expect(field('hideRoomsFromViewers')).toBeChecked();
  expect(field('hideDestinationsFromViewers')).toBeChecked();
  expect(field('hideRooms')).toHaveValue('Viewers');
  expect(field('showRoomsToServiceAccounts')).not.toBeChecked();
  expect(field('pseudonymKey')).toHaveValue('');
  expect(field('cacheAutotuning')).not.toBeChecked();
  expect(screen.queryByText(/Access|Browser/)).not.toBeInTheDocument();
  expect(onOptionsChange).not.toHaveBeenCalled();
});

test('stores what is entered, as the type that the backend expects', async () => {
  const { user, field, saved } = show();
  await open(user);
  await user.type(field('scrapeInterval'), '30s');
  await user.type(field('postgresHost'), 'db:5432');
  await user.type(field('postgresMaxConnections'), '5');
  await user.type(field('globalCacheFactor'), '0.5');
  await user.type(field('processLabels'), 'job, index');
  await user.tab();
  expect(saved()?.jsonData).toEqual({
    scrapeInterval: '30s',
    postgresHost: 'db:5432',
    postgresMaxConnections: 5,
    globalCacheFactor: 0.5,
    processLabels: ['job', 'index'],
  });
});

test('an emptied setting is not stored', async () => {
  const { user, field, saved } = show({ postgresHost: 'db', postgresMaxConnections: 5 });
  await user.clear(field('postgresHost'));
  await user.clear(field('postgresMaxConnections'));
  await user.tab();
  expect(saved()?.jsonData).toEqual({});
});

test.each([
  ['scrapeInterval', '15', 'Add a unit, for example 15s or 15m.'],
  ['postgresStatementTimeout', 'long', /Write a duration/],
  ['postgresMaxConnections', '1', 'Must lie between 2 and 20.'],
  ['postgresMaxConnections', '99', 'Must lie between 2 and 20.'],
  ['dummyEventsThreshold', '2.5', 'Write a whole number.'],
])('a wrong %s is explained and not stored', async (id, text, problem) => {
  const { user, field, onOptionsChange } = show();
  await open(user);
  await user.type(field(id), text);
  await user.tab();
  expect(screen.getByText(problem)).toBeInTheDocument();
  expect(onOptionsChange).not.toHaveBeenCalled();
});

test('rooms are hidden unless that is switched off', async () => {
  const { user, field, saved } = show();
  await user.click(field('hideRoomsFromViewers'));
  expect(saved()?.jsonData).toEqual({ hideRoomsFromViewers: false });
  await user.click(field('hideRoomsFromViewers'));
  expect(saved()?.jsonData).toEqual({});
  expect(screen.getByText(/Query caching of Grafana Enterprise can’t tell roles apart/)).toBeInTheDocument();
});

test('who may see what is stored where it differs from the default', async () => {
  const { user, field, saved } = show();
  await user.click(field('hideDestinationsFromViewers'));
  await user.click(field('showRoomsToServiceAccounts'));
  await user.click(field('hideRooms'));
  await user.click(await screen.findByRole('option', { name: /Everyone/ }));
  expect(saved()?.jsonData).toEqual({
    hideDestinationsFromViewers: false,
    showRoomsToServiceAccounts: true,
    hideRooms: 'everyone',
  });
  await user.click(field('hideDestinationsFromViewers'));
  await user.click(field('showRoomsToServiceAccounts'));
  await user.click(field('hideRooms'));
  await user.click(await screen.findByRole('option', { name: /Viewers/ }));
  expect(saved()?.jsonData).toEqual({});
});

describe('the pseudonym key', () => {
  const button = () => screen.getByRole('button', { name: 'Make a key' });

  test('is made by its button, another one each time', async () => {
    const { user, field, saved } = show();
    await user.click(button());
    const first = saved()?.secureJsonData?.pseudonymKey;
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(field('pseudonymKey')).toHaveAttribute('type', 'password');
    await user.clear(field('pseudonymKey'));
    await user.click(button());
    expect(saved()?.secureJsonData?.pseudonymKey).toMatch(/^[0-9a-f]{64}$/);
    expect(saved()?.secureJsonData?.pseudonymKey).not.toBe(first);
  });

  test('is replaced after a reset only', async () => {
    const { user, field, saved, onOptionsChange } = show({}, { secureJsonFields: { pseudonymKey: true } });
    await user.click(button());
    expect(onOptionsChange).not.toHaveBeenCalled();
    await user.click(screen.getByRole('button', { name: 'Reset' }));
    await user.type(field('pseudonymKey'), 'my own key of pseudonyms');
    expect(button()).toBeDisabled();
    expect(saved()?.secureJsonData).toEqual({ pseudonymKey: 'my own key of pseudonyms' });
    expect(saved()?.secureJsonFields.pseudonymKey).toBe(false);
  });

  test('is not stored where it is too short', async () => {
    const { user, field, saved } = show();
    await user.type(field('pseudonymKey'), '0123456789abcde');
    expect(screen.getByText('Use 16 characters or more.')).toBeInTheDocument();
    expect(field('pseudonymKey')).toHaveValue('0123456789abcde');
    expect(saved()?.secureJsonData).toEqual({ pseudonymKey: '' });
    await user.type(field('pseudonymKey'), 'f');
    expect(screen.queryByText('Use 16 characters or more.')).not.toBeInTheDocument();
    expect(saved()?.secureJsonData).toEqual({ pseudonymKey: '0123456789abcdef' });
  });

  test('says what it is good for and what changing it does', () => {
    show();
    expect(screen.getByText(/Without a key, pseudonyms are weak.* member counts are hidden/)).toBeInTheDocument();
    expect(screen.getByText(/new key renames all subjects once/)).toBeInTheDocument();
  });
});

test('secrets go to the secret store, and a stored one can be replaced', async () => {
  const { user, field, saved } = show({}, { secureJsonFields: { postgresTlsClientKey: true } });
  await user.type(field('postgresPassword'), 'p');
  expect(saved()?.secureJsonData).toEqual({ postgresPassword: 'p' });
  expect(field('postgresTlsClientKey')).toBeDisabled();
  await user.click(screen.getByRole('button', { name: 'Reset' }));
  expect(saved()?.secureJsonFields.postgresTlsClientKey).toBe(false);
});

test('certificates are asked for where the TLS mode uses them', async () => {
  const { user, field, saved } = show();
  expect(() => field('postgresTlsCaCert')).toThrow();
  await user.click(field('postgresSslMode'));
  await user.click(await screen.findByRole('option', { name: /verify-full/ }));
  expect(saved()?.jsonData).toEqual({ postgresSslMode: 'verify-full' });
  expect(field('postgresTlsCaCert')).toBeInTheDocument();
});

test('statements that read a whole table can be switched off', async () => {
  const { user, field, saved } = show();
  await user.click(field('postgresWholeTable'));
  await user.click(await screen.findByRole('option', { name: /none/ }));
  expect(saved()?.jsonData).toEqual({ postgresWholeTable: 'none' });
});

test('thresholds show the levels of each check, in its unit, and keep what is changed', async () => {
  const { user, saved } = show({ thresholds: { memory: { warning: 1, critical: 2 }, 'gone-check': { warning: 3 } } });
  await open(user);
  expect(screen.getByLabelText('Critical level of memory')).toHaveValue('2');
  expect(screen.getByLabelText('Warning level of event-send-time')).toHaveAttribute('placeholder', '0.05 (5%)');
  expect(screen.getByLabelText('Critical level of gc-pauses')).toHaveAttribute('placeholder', '3 (3 s)');
  expect(screen.getByLabelText('Critical level of database-chatty')).toHaveAttribute('placeholder', 'never');
  expect(screen.queryByLabelText('Warning level of extremities-corrupt')).not.toBeInTheDocument();
  await user.type(screen.getByLabelText('Warning level of gc-pauses'), '0.2{Enter}');
  expect(saved()?.jsonData.thresholds).toEqual({
    memory: { warning: 1, critical: 2 },
    'gone-check': { warning: 3 },
    'gc-pauses': { warning: 0.2 },
  });
  await user.clear(screen.getByLabelText('Warning level of memory'));
  await user.click(screen.getByRole('button', { name: 'Remove gone-check' }));
  expect(saved()?.jsonData.thresholds).toEqual({ memory: { critical: 2 }, 'gc-pauses': { warning: 0.2 } });
  await user.clear(screen.getByLabelText('Critical level of memory'));
  await user.clear(screen.getByLabelText('Warning level of gc-pauses'));
  await user.tab();
  expect(saved()?.jsonData).toEqual({});
});

test('cache factors are rows of a cache and its factor', async () => {
  const { user, field, saved } = show({ perCacheFactors: { get_users_in_room: 2 } });
  await open(user);
  await user.type(field('perCacheFactors'), '*getEvent*{Enter}');
  await user.type(screen.getByLabelText('Factor of *getEvent*'), '-1');
  expect(screen.getByText('Must be 0 or more.')).toBeInTheDocument();
  expect(screen.getByLabelText('Factor of *getEvent*')).toHaveAccessibleDescription('Must be 0 or more.');
  await user.clear(screen.getByLabelText('Factor of *getEvent*'));
  await user.type(screen.getByLabelText('Factor of *getEvent*'), '4{Enter}');
  expect(saved()?.jsonData.perCacheFactors).toEqual({ get_users_in_room: 2, '*getEvent*': 4 });
  await user.click(screen.getByRole('button', { name: 'Remove get_users_in_room' }));
  expect(saved()?.jsonData.perCacheFactors).toEqual({ '*getEvent*': 4 });
});

test('a provisioned data source can be read, not changed', async () => {
  config.secureSocksDSProxyEnabled = true;
  const secrets = { postgresPassword: true, postgresTlsClientKey: true };
  const settings = { perCacheFactors: { a: 1 }, thresholds: { gone: { warning: 1 } }, keepCookies: ['session'] };
  const { user } = show(settings, { readOnly: true, secureJsonFields: secrets });
  await open(user);
  config.secureSocksDSProxyEnabled = false;
  for (const role of ['textbox', 'combobox', 'switch', 'checkbox', 'spinbutton']) {
    for (const control of screen.queryAllByRole(role)) {
      expect(control).toBeDisabled();
    }
  }
  // What opens and closes a part of the page, or copies, works; everything else would change something.
  for (const button of screen
    .getAllByRole('button')
    .filter((one) => !/section|Show secret|Copy|Test|Import|Download/.test(one.ariaLabel ?? one.textContent ?? ''))) {
    expect(button).toBeDisabled();
  }
});

test('switches and choices of a provisioned data source say what the backend makes of them', async () => {
  const texts = { hideRoomsFromViewers: '', cacheAutotuning: 'true', postgresSslMode: '', httpMethod: 'get' };
  const { user, field } = show(texts as unknown as SynapseOptions);
  await open(user);
  expect(field('hideRoomsFromViewers')).toBeChecked();
  expect(field('cacheAutotuning')).toBeChecked();
  expect(field('postgresSslMode')).toHaveValue('require');
  expect(() => field('postgresTlsCaCert')).toThrow();
  expect(field('httpMethod')).toHaveValue('GET');
});

test('a switch that provisioning turned off by a text is off', () => {
  const { field } = show({ hideRoomsFromViewers: 'false' } as unknown as SynapseOptions);
  expect(field('hideRoomsFromViewers')).not.toBeChecked();
});

test('provisioned settings may be texts', async () => {
  const { user, field } = show({
    postgresMaxConnections: '4',
    processLabels: 'job, index',
  } as unknown as SynapseOptions);
  await open(user);
  expect(field('postgresMaxConnections')).toHaveValue('4');
  expect(field('processLabels')).toHaveValue('job, index');
});

test('the secure socks proxy is offered where Grafana has one', async () => {
  config.secureSocksDSProxyEnabled = true;
  const { user, field, saved } = show();
  await user.click(field('enableSecureSocksProxy'));
  expect(saved()?.jsonData).toEqual({ enableSecureSocksProxy: true });
  config.secureSocksDSProxyEnabled = false;
});

describe('the test of a connection', () => {
  const aspects = [
    { aspect: 'prometheus', status: 'ok', message: 'Prometheus answers.' },
    { aspect: 'metrics', status: 'ok', message: 'Synapse 1.160.0.' },
    { aspect: 'postgres', status: 'ok', message: 'PostgreSQL answers.' },
    {
      aspect: 'grants',
      status: 'error',
      message: 'events can’t be read.',
      remedy: 'Run as the owner:\nGRANT SELECT (a) ON events;',
    },
  ];
  const address = '/api/datasources/uid/synapse/resources/health-aspects';
  const result = (name: string) => screen.getByRole('status', { name: `Result of the test of ${name}` });

  test('stands beside its fields, with what it found', async () => {
    grafana.answers[address] = { aspects };
    const { user } = show();
    expect(result('PostgreSQL')).toHaveTextContent(/^$/);
    await user.click(screen.getByRole('button', { name: 'Test PostgreSQL' }));
    const alert = await within(result('PostgreSQL')).findByRole('alert', { name: /Grants in PostgreSQL/ });
    expect(alert).toHaveTextContent('GRANT SELECT (a) ON events;');
    expect(within(alert).getByRole('button', { name: 'Copy statements' })).toBeInTheDocument();
    expect(result('PostgreSQL')).toHaveTextContent('PostgreSQL answers.');
    expect(result('PostgreSQL')).not.toHaveTextContent('Prometheus');
    expect(result('Prometheus')).toHaveTextContent('Prometheus answers.');
    expect(result('Prometheus')).toHaveTextContent('Synapse 1.160.0.');
  });

  test('shows what "Save & test" found', () => {
    show();
    act(() => healthReports('synapse').next(aspects as HealthAspect[]));
    expect(within(result('PostgreSQL')).getByRole('alert')).toBeInTheDocument();
  });

  test('says that it does not know of changes that are not saved', async () => {
    const { user, field, save } = show();
    expect(screen.queryByText(/not saved yet/)).not.toBeInTheDocument();
    await user.type(field('postgresHost'), 'db');
    await user.tab();
    expect(screen.getAllByText(/not saved yet/)).toHaveLength(2);
    save();
    expect(screen.queryByText(/not saved yet/)).not.toBeInTheDocument();
  });

  test('says that there was no answer', async () => {
    grafana.answers[address] = Object.assign(new Error(), { data: { message: 'Plugin unavailable' } });
    const { user } = show();
    await user.click(screen.getByRole('button', { name: 'Test Prometheus' }));
    expect(await within(result('Prometheus')).findByRole('alert')).toHaveTextContent('Plugin unavailable');
    expect(result('PostgreSQL')).toHaveTextContent(/^$/);
  });
});

describe('the last step', () => {
  const bundled = [
    { uid: 'synapse-a', title: 'Synapse: a', path: 'dashboards/a.json' },
    { uid: 'synapse-b', title: 'Synapse: b', path: 'dashboards/b.json' },
    { title: 'Synapse: old', removed: true },
  ];

  test('imports the dashboards that are not there yet', async () => {
    grafana.answers['/api/plugins/matrix-synapse-datasource/dashboards'] = bundled;
    grafana.answers['/api/search?type=dash-db&dashboardUIDs=synapse-a&dashboardUIDs=synapse-b'] = [
      { uid: 'synapse-a', url: '/d/synapse-a' },
    ];
    const { user } = show();
    expect(await screen.findByRole('link', { name: 'Synapse: a' })).toHaveAttribute('href', '/d/synapse-a');
    await user.click(screen.getByRole('button', { name: 'Import 1 dashboard' }));
    await waitFor(() => expect(screen.getByRole('button', { name: 'Import 1 dashboard' })).toBeEnabled());
    expect(grafana.posted).toMatchObject([{ path: 'dashboards/b.json', overwrite: false }]);
    expect(screen.queryByText(/Synapse: old/)).not.toBeInTheDocument();
  });

  test('offers no import where all are there', async () => {
    grafana.answers['/api/plugins'] = bundled.slice(0, 1);
    grafana.answers['/api/search'] = [{ uid: 'synapse-a', url: '/d/synapse-a' }];
    show();
    await screen.findByRole('link', { name: 'Synapse: a' });
    expect(screen.queryByRole('button', { name: /^Import/ })).not.toBeInTheDocument();
  });

  test('says why Grafana refuses', async () => {
    grafana.answers['/api/plugins'] = Object.assign(new Error(), { data: { message: 'Permission denied' } });
    show();
    expect(await screen.findByRole('alert', { name: /^The dashboards/ })).toHaveTextContent('Permission denied.');
  });
});

test('the statements that make the role have the names that were typed', () => {
  show({ postgresUser: 'reader "one"', postgresDatabase: 'matrix' });
  const sql = screen.getByLabelText('Statements that make the role').textContent;
  expect(sql).toContain('CREATE ROLE "reader ""one""" LOGIN');
  expect(sql).toContain('GRANT CONNECT ON DATABASE "matrix" TO "reader ""one"""');
  expect(sql).not.toMatch(/"grafana_synapse"|"synapse"/);
});

test('what other servers than Prometheus need is told where it is asked for', async () => {
  const { user } = show();
  expect(screen.queryByText(/X-Scope-OrgID/)).not.toBeInTheDocument();
  await user.click(screen.getByRole('button', { name: /^Expand section.*Mimir/ }));
  expect(screen.getByText(/X-Scope-OrgID/)).toBeInTheDocument();
});
