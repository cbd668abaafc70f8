import { resolve } from 'node:path';

import { type Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { allGraphs } from './allGraphs';
import { diagnosis, start } from './diagnosis';
import { family } from './family';
import { phone } from './phone';
import { placesIn } from './places';
import { rooms, roomsAndDatabase } from './rooms';

export const root = resolve(__dirname, '..');

export interface GeneratedFile {
  /** From the top of the repository. */
  path: string;
  content: string;
}

/** Grafana mounts this folder, and the build copies it into the plugin. */
const folder = 'provisioning/dashboards/matrix-synapse';

export const dashboardFiles: GeneratedFile[] = [
  dashboardFile('synapse-diagnosis.json', diagnosis()),
  dashboardFile('synapse-rooms-database.json', roomsAndDatabase()),
  ...family.map(({ file, dashboard }) => dashboardFile(file, dashboard)),
  dashboardFile('synapse-graphs.json', allGraphs()),
  dashboardFile('synapse-phone.json', phone()),
];

/** Where each panel stands, for what the backend's generator writes: the links of alerts. */
const panelFile = file('src/generated/panels.json', Object.fromEntries(placesIn([start, rooms])));

export const generatedFiles = [...dashboardFiles, panelFile];

function dashboardFile(name: string, dashboard: Dashboard): GeneratedFile {
  return file(`${folder}/${name}`, dashboard);
}

function file(path: string, content: unknown): GeneratedFile {
  return { path, content: JSON.stringify(content, null, 2) + '\n' };
}
