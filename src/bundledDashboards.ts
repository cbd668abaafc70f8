import { getBackendSrv } from '@grafana/runtime';

/** A dashboard that the plugin brings; `url` is where this Grafana already has it. */
export interface BundledDashboard {
  uid: string;
  title: string;
  path: string;
  url?: string;
}

interface Listed {
  uid: string;
  title: string;
  path: string;
  removed?: boolean;
}

/**
 * The plugin's dashboards and whether they are there, however they came: provisioned ones too, which Grafana's own list of
 * the plugin's dashboards offers to import once more and then refuses.
 */
export async function fetchDashboards(pluginId: string): Promise<BundledDashboard[]> {
  const all = await getBackendSrv().get<Listed[]>(`/api/plugins/${pluginId}/dashboards`);
  const bundled = all.filter(({ removed }) => !removed);
  const uids = bundled.map(({ uid }) => `&dashboardUIDs=${encodeURIComponent(uid)}`).join('');
  const there = await getBackendSrv().get<Array<{ uid: string; url: string }>>(`/api/search?type=dash-db${uids}`);
  return bundled.map(({ uid, title, path }) => ({ uid, title, path, url: there.find((one) => one.uid === uid)?.url }));
}

/** Adds a dashboard to the folder "General"; one with its uid is never overwritten. */
export async function importDashboard(pluginId: string, { path }: BundledDashboard): Promise<void> {
  const request = { pluginId, path, overwrite: false, inputs: [], folderUid: '' };
  await getBackendSrv().post('/api/dashboards/import', request, { showSuccessAlert: false });
}
