import { resolve } from 'node:path';

import { diagnosis } from './diagnosis';
import { roomsAndDatabase } from './rooms';

export const root = resolve(__dirname, '..');

/** Every dashboard, and where copies of it are kept: in the plugin, and beside the provisioning that Grafana mounts. */
const dashboards = [
  { name: 'synapse-diagnosis.json', build: diagnosis },
  { name: 'synapse-rooms-database.json', build: roomsAndDatabase },
];

const folders = ['src/dashboards', 'provisioning/dashboards/matrix-synapse'];

export interface GeneratedFile {
  /** From the top of the repository. */
  path: string;
  content: string;
}

export function generate(): GeneratedFile[] {
  return dashboards.flatMap(({ name, build }) => {
    const content = JSON.stringify(build(), null, 2) + '\n';
    return folders.map((folder) => ({ path: `${folder}/${name}`, content }));
  });
}
