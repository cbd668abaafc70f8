import {
  CoreApp,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceInstanceSettings,
  type ScopedVars,
  type TimeRange,
} from '@grafana/data';
import {
  DataSourceWithBackend,
  getTemplateSrv,
  type HealthCheckResult,
  HealthStatus,
  type TemplateSrv,
} from '@grafana/runtime';
import { type Observable, throwError } from 'rxjs';

import { annotationSupport } from './annotations';
import { defaultLinks } from './defaultLinks';
import { filterIds } from './filters';
import { shareHealth } from './health';
import { interpolateList, interpolateQuery } from './interpolate';
import { describeQuery, queryTypes } from './queryTypes';
import { type SynapseOptions, type SynapseQuery } from './types';
import { valueParams, type ValueFilters } from './values';
import { SynapseVariableSupport } from './variables';

const directAccess =
  'This data source is set to "access: direct", with which Grafana gives the Prometheus password to every viewer. Set ' +
  '"access: proxy" where it is provisioned, or delete it and add it again. Then change that password.';

export class SynapseDatasource extends DataSourceWithBackend<SynapseQuery, SynapseOptions> {
  override annotations = annotationSupport;
  private readonly isDirect: boolean;

  constructor(
    settings: DataSourceInstanceSettings<SynapseOptions>,
    private readonly templates: TemplateSrv = getTemplateSrv()
  ) {
    super(settings);
    // Thrown from here, it would not reach the settings page, which reports only what the health check says.
    this.isDirect = settings.access === 'direct';
    this.variables = new SynapseVariableSupport(this);
  }

  override getDefaultQuery(app: CoreApp): Partial<SynapseQuery> {
    const [first] = queryTypes;
    if (app === CoreApp.UnifiedAlerting) {
      // Grafana's own condition is "above 0": milder findings count as 0, and there is one number per check.
      return { queryType: 'diagnosis', format: 'score', atLeast: 'warning', subjects: false };
    }
    // A new panel is a time series, in which a table shows nothing.
    const drawn = queryTypes.find(({ formats }) => formats[0].visualization === 'timeseries');
    const isPanel = app === CoreApp.Dashboard || app === CoreApp.PanelEditor;
    return { queryType: isPanel && drawn ? drawn.id : first.id };
  }

  /** Asked for by Grafana 13; the types of 12.2 don't know it. */
  getDefaultLinks() {
    return Promise.resolve(defaultLinks);
  }

  override filterQuery(query: SynapseQuery): boolean {
    return !query.hide && Boolean(query.queryType);
  }

  /** The query in a line, for its collapsed row and the query history. */
  override getQueryDisplayText(query: SynapseQuery): string {
    return describeQuery(query);
  }

  override query(request: DataQueryRequest<SynapseQuery>): Observable<DataQueryResponse> {
    return this.isDirect ? throwError(() => new Error(directAccess)) : super.query(request);
  }

  override applyTemplateVariables(query: SynapseQuery, scopedVars: ScopedVars): SynapseQuery {
    return interpolateQuery(query, this.templates, scopedVars);
  }

  /** The known values of one kind, for suggestions and variables. */
  async values(kind: string, filters: ValueFilters, range?: TimeRange, scopedVars: ScopedVars = {}): Promise<string[]> {
    if (this.isDirect) {
      throw new Error(directAccess);
    }
    const filled: ValueFilters = {};
    for (const id of filterIds) {
      filled[id] = interpolateList(filters[id], this.templates, scopedVars);
    }
    return this.getResource<string[]>(`values/${kind}`, valueParams(kind, filled, range));
  }

  /** References to the dashboard's variables, offered beside real values. */
  variableReferences(): string[] {
    return this.templates.getVariables().map((variable) => '$' + variable.name);
  }

  override async callHealthCheck(): Promise<HealthCheckResult> {
    const refused = { status: HealthStatus.Error, message: directAccess, details: undefined };
    return shareHealth(this.uid, this.isDirect ? refused : await super.callHealthCheck());
  }
}
