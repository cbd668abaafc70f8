import { getBackendSrv, HealthStatus, type HealthCheckResult } from '@grafana/runtime';
import { BehaviorSubject } from 'rxjs';

export type AspectStatus = 'ok' | 'warning' | 'error' | 'not-configured' | 'not-checked';

export interface HealthAspect {
  aspect: string;
  status: AspectStatus;
  message: string;
  remedy?: string;
}

export type Connection = 'prometheus' | 'postgres';

const aspectNames: Record<Connection, string[]> = {
  prometheus: ['prometheus', 'metrics'],
  postgres: ['postgres', 'grants', 'schema'],
};

const reports = new Map<string, BehaviorSubject<HealthAspect[]>>();

/** The aspects of a data source's latest test, as a stream for the settings page. */
export function healthReports(uid: string): BehaviorSubject<HealthAspect[]> {
  const report = reports.get(uid) ?? new BehaviorSubject<HealthAspect[]>([]);
  reports.set(uid, report);
  return report;
}

/**
 * Passes the details of a health check on. Grafana's base class keeps only the sentence of a healthy answer, so the
 * aspects go to the settings page by a way of their own; a failed answer's remedies go into Grafana's message as well.
 */
export function shareHealth(uid: string, result: HealthCheckResult | undefined): HealthCheckResult {
  const aspects = result?.status ? reported(result) : [];
  // What an earlier check found does not hold any more, even where this one got no answer.
  healthReports(uid).next(aspects);
  if (!result?.status) {
    const said = result?.message ? ` Grafana says: ${result.message}` : '';
    const message = `Grafana got no answer from the plugin.${said} The Grafana server log has the reason.`;
    return { status: HealthStatus.Error, message, details: undefined };
  }
  if (result.status === HealthStatus.OK) {
    return result;
  }
  // The sentence may end with the remedy of what is worst: once is enough.
  const remedies = aspects
    .filter(needsAttention)
    .map((aspect) => aspect.remedy ?? '')
    .filter((remedy) => remedy !== '' && !result.message?.includes(remedy));
  return { ...result, details: { ...result.details, message: remedies.join(' ') } };
}

/** Tests the connections with the saved settings; the report goes the same way. */
export async function testConnections(uid: string): Promise<void> {
  const address = `/api/datasources/uid/${uid}/resources/health-aspects`;
  const options = { showErrorAlert: false };
  const { aspects } = await getBackendSrv().get<{ aspects: HealthAspect[] }>(address, undefined, undefined, options);
  healthReports(uid).next(aspects);
}

/** What a report says of one connection. */
export function aspectsOf(aspects: HealthAspect[], connection: Connection): HealthAspect[] {
  return aspects.filter(({ aspect }) => aspectNames[connection].includes(aspect));
}

export function needsAttention(aspect: HealthAspect): boolean {
  return aspect.status === 'warning' || aspect.status === 'error';
}

function reported(result: HealthCheckResult): HealthAspect[] {
  const aspects: unknown = result.details?.aspects;
  return Array.isArray(aspects) ? (aspects as HealthAspect[]) : [];
}
