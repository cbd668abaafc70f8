import { CoreApp, type DataQueryRequest, type DataQueryResponse } from '@grafana/data';
import { type BackendSrv, type HealthCheckResult, HealthStatus, setBackendSrv } from '@grafana/runtime';
import { firstValueFrom, type Observable, of, throwError } from 'rxjs';

import { healthReports } from './health';
import { findQueryType, queryTypes } from './queryTypes';
import { testDatasource, testRange } from './test/datasource';
import { type SynapseQuery } from './types';
import { type VariableQuery } from './values';
import { SynapseVariableSupport } from './variables';

const variables = {
  server: { value: 'example.org' },
  jobs: { value: ['synapse', 'worker "a"'] },
  all: { value: ['a', 'b', 'c'], text: 'All' },
  allPattern: { value: '.*', text: 'All', custom: true },
  none: { value: [] },
  namedAll: { value: 'All' },
  count: { value: '25' },
};

function interpolated(query: Partial<SynapseQuery>) {
  const { datasource } = testDatasource(variables);
  return datasource.applyTemplateVariables({ refId: 'A', queryType: 'transactions', ...query }, {});
}

test('any dashboard with a panel of this data source leads to ours', async () => {
  const links = await testDatasource().datasource.getDefaultLinks();
  expect(links).toEqual([expect.objectContaining({ type: 'dashboards', keepTime: true, includeVars: false })]);
});

describe('template variables', () => {
  test('fill single and several values', () => {
    const query = interpolated({ serverName: '$server', job: ['$jobs', 'extra'], instance: ['${server}:9000'] });
    expect(query.serverName).toEqual(['example.org']);
    expect(query.job).toEqual(['synapse', 'worker "a"', 'extra']);
    expect(query.instance).toEqual(['example.org:9000']);
  });

  test('several values inside a text make one text each', () => {
    expect(interpolated({ instance: 'host-$jobs:9000' }).instance).toEqual([
      'host-synapse:9000',
      'host-worker "a":9000',
    ]);
  });

  test.each([
    '$all',
    '${all}',
    '${all:regex}',
    '[[all]]',
    '[[all:regex]]',
    '$allPattern',
    '"$allPattern"',
    '/$allPattern/',
    '(.+)',
    '$__all',
    '$none',
    '',
  ])('%s means all', (value) => {
    expect(interpolated({ job: value })).not.toHaveProperty('job');
    expect(interpolated({ job: [value] })).not.toHaveProperty('job');
  });

  test('"All" beside other values is still all', () => {
    expect(interpolated({ job: ['synapse', '$all'] })).not.toHaveProperty('job');
  });

  test('formats of other languages are ignored: filters match exactly', () => {
    expect(interpolated({ job: '${jobs:regex}' }).job).toEqual(['synapse', 'worker "a"']);
  });

  test('a value that is called All is a value', () => {
    expect(interpolated({ job: '$namedAll' }).job).toEqual(['All']);
  });

  test('regex characters and dollar signs survive', () => {
    expect(interpolated({ instance: ['a.b|c+', 'x$&y'] }).instance).toEqual(['a.b|c+', 'x$&y']);
  });

  test('numbers from variables become numbers', () => {
    expect(interpolated({ limit: '$count' }).limit).toBe(25);
    const query = interpolated({ queryType: 'forwardExtremities', minExtremities: '$count' });
    expect(query.minExtremities).toBe(25);
  });

  test('list parameters take several values', () => {
    const query = interpolated({ queryType: 'cacheFactors', cache: '$jobs' });
    expect(query.cache).toEqual(['synapse', 'worker "a"']);
    expect(interpolated({ queryType: 'cacheFactors', cache: '$all' })).not.toHaveProperty('cache');
  });

  test('keys that Grafana adds stay', () => {
    expect(interpolated({ hide: false, datasource: { uid: 'x' } })).toMatchObject({
      hide: false,
      datasource: { uid: 'x' },
    });
  });
});

describe('queries', () => {
  test('without a type or hidden ones are not run', () => {
    const { datasource } = testDatasource();
    expect(datasource.filterQuery({ refId: 'A' })).toBe(false);
    expect(datasource.filterQuery({ refId: 'A', queryType: 'caches', hide: true })).toBe(false);
    expect(datasource.filterQuery({ refId: 'A', queryType: 'caches' })).toBe(true);
  });

  test('start with a declared type: in panels one that is drawn, in alert rules one that can be evaluated', () => {
    const { datasource } = testDatasource();
    expect(datasource.getDefaultQuery(CoreApp.Explore)).toEqual({ queryType: queryTypes[0].id });
    const panel = findQueryType(datasource.getDefaultQuery(CoreApp.PanelEditor).queryType);
    expect(panel?.formats[0].visualization).toBe('timeseries');
    const alert = datasource.getDefaultQuery(CoreApp.UnifiedAlerting);
    const format = findQueryType(alert.queryType)?.formats.find(({ id }) => id === alert.format);
    expect(format?.visualization).not.toBe('table');
    expect(alert).toMatchObject({ atLeast: 'warning', subjects: false });
  });

  test('are described in a line', () => {
    const { datasource } = testDatasource();
    const query = {
      refId: 'A',
      queryType: 'cacheFactors',
      format: 'curve',
      job: ['a', 'b'],
      cache: '$cache',
      index: '',
    };
    expect(datasource.getQueryDisplayText(query)).toBe('Cache factors: What if, job=a,b, cache=$cache');
    expect(datasource.getQueryDisplayText({ refId: 'A', queryType: 'caches' })).toBe('Caches: Misses');
    expect(datasource.getQueryDisplayText({ refId: 'A', queryType: 'future' })).toBe('future');
  });

  test('annotations start with a declared type', () => {
    const { datasource } = testDatasource();
    expect(findQueryType(datasource.annotations.getDefaultQuery?.().queryType)).toBeDefined();
  });
});

describe('variable queries', () => {
  test('list caches in the order of the advice on them', async () => {
    const { datasource } = testDatasource(variables);
    const frame = { fields: [{ name: 'cache', values: ['small', 'large', 'small'] }] };
    const query = jest
      .spyOn(datasource, 'query')
      .mockReturnValue(of({ data: [frame] } as unknown as DataQueryResponse));
    const target: VariableQuery = { refId: 'A', values: 'advisedCache', serverName: '$server' };
    const request = { targets: [target], range: testRange, scopedVars: {} } as DataQueryRequest<VariableQuery>;
    const support = new SynapseVariableSupport(datasource);
    expect((await firstValueFrom(support.query(request))).data).toEqual([
      { text: 'small', value: 'small' },
      { text: 'large', value: 'large' },
    ]);
    expect(query.mock.lastCall?.[0].targets).toEqual([
      expect.objectContaining({ queryType: 'cacheFactors', format: 'table', serverName: '$server', limit: 500 }),
    ]);
    query.mockReturnValue(of({ data: [], errors: [{ message: 'Prometheus is gone' }] }));
    await expect(firstValueFrom(support.query(request))).rejects.toThrow('Prometheus is gone');
  });

  test('list values in the range, narrowed by the other filters', async () => {
    const { datasource, getResource } = testDatasource(variables, ['1', '2']);
    const target: VariableQuery = { refId: 'A', values: 'index', serverName: '$server', index: 'x', job: '$all' };
    const request = { targets: [target], range: testRange, scopedVars: {} } as DataQueryRequest<VariableQuery>;
    const response = await firstValueFrom(new SynapseVariableSupport(datasource).query(request));
    expect(response.data).toEqual([
      { text: '1', value: '1' },
      { text: '2', value: '2' },
    ]);
    expect(getResource).toHaveBeenCalledWith('values/index', {
      serverName: ['example.org'],
      from: 1_000_000,
      to: 4_600_000,
    });
  });
});

describe('health', () => {
  const aspects = [
    { aspect: 'prometheus', status: 'ok', message: 'answers' },
    { aspect: 'grants', status: 'warning', message: 'events can’t be read', remedy: 'GRANT SELECT …' },
  ];

  test('the details of a healthy answer reach the settings page', async () => {
    const { datasource } = testDatasource();
    answerHealth(of({ data: { status: HealthStatus.OK, message: 'Works.', details: { aspects } } }));
    await expect(datasource.testDatasource()).resolves.toMatchObject({ status: 'success', message: 'Works.' });
    expect(healthReports('synapse').value).toEqual(aspects);
  });

  test('the remedies of a failed answer reach Grafana’s message', async () => {
    const { datasource } = testDatasource();
    const data = { status: HealthStatus.Error, message: 'Fails.', details: { aspects } };
    answerHealth(throwError(() => ({ data })));
    await expect(datasource.testDatasource()).rejects.toMatchObject({
      message: 'Fails.',
      error: { details: { message: 'GRANT SELECT …' } },
    });
  });

  test('no answer at all is a sentence', async () => {
    const { datasource } = testDatasource();
    answerHealth(throwError(() => ({})));
    await expect(datasource.testDatasource()).rejects.toMatchObject({
      message: expect.stringMatching(/no answer/) as string,
    });
  });

  test('an answer of Grafana alone is passed on, and what was found before is forgotten', async () => {
    const { datasource } = testDatasource();
    healthReports('synapse').next([{ aspect: 'grants', status: 'warning', message: 'old' }]);
    answerHealth(throwError(() => ({ data: { message: 'Plugin unavailable' } })));
    await expect(datasource.testDatasource()).rejects.toMatchObject({
      message: expect.stringMatching(/no answer .* Grafana says: Plugin unavailable/) as string,
    });
    expect(healthReports('synapse').value).toEqual([]);
  });
});

describe('direct access', () => {
  const refusal = /"access: direct".* password to every viewer.*"access: proxy"/;
  const request = { targets: [{ refId: 'A', queryType: 'caches' }], range: testRange, scopedVars: {} };

  test('is refused without asking the plugin, as it gives the password away', async () => {
    const { datasource, getResource } = testDatasource({}, [], 'direct');
    const fetch = jest.fn();
    setBackendSrv({ fetch } as unknown as BackendSrv);
    const answer = firstValueFrom(datasource.query(request as unknown as DataQueryRequest<SynapseQuery>));
    await expect(answer).rejects.toThrow(refusal);
    await expect(datasource.values('job', {})).rejects.toThrow(refusal);
    await expect(datasource.testDatasource()).rejects.toMatchObject({
      message: expect.stringMatching(refusal) as string,
    });
    expect(fetch).not.toHaveBeenCalled();
    expect(getResource).not.toHaveBeenCalled();
  });
});

function answerHealth(answer: Observable<{ data: HealthCheckResult }>) {
  setBackendSrv({ fetch: () => answer } as unknown as BackendSrv);
}
