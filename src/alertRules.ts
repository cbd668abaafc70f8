import { getBackendSrv } from '@grafana/runtime';

import file from '../provisioning/alerting/matrix-synapse.yaml';

/** The file of alert rules for one data source and one organisation of this Grafana. */
export async function fetchAlertRules(uid: string, orgId: number): Promise<string> {
  const text = await getBackendSrv().get<string>(file, undefined, undefined, { responseType: 'text' });
  return alertRulesFor(text, uid, orgId);
}

export function alertRulesFor(text: string, uid: string, orgId: number): string {
  // A uid may consist of digits, which YAML would take for a number.
  return text
    .replaceAll(/^( +datasourceUid: )matrix-synapse$/gm, (_, key: string) => key + JSON.stringify(uid))
    .replaceAll(/^( +- orgId: )1$/gm, (_, key: string) => key + String(orgId));
}

/** Hands a text to the browser as a file. */
export function download(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
