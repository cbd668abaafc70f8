import { type Builder } from '@grafana/grafana-foundation-sdk/cog';
import { type Panel } from '@grafana/grafana-foundation-sdk/dashboard';

/** The panel that shows what a check is about, by its title. */
export const panelOfCheck: Record<string, string> = {
  'event-send-time': 'Time to send a message',
  'sync-time': 'CPU by kind of request',
  'cpu-saturation': 'Processes',
  memory: 'Memory of each process',
  restarts: 'Memory of each process',
  'reactor-lag': 'How busy each event loop is',
  'database-cost': 'Most expensive database transactions',
  'database-chatty': 'Most expensive database transactions',
  'database-slow': 'Mean duration of a call',
  'database-pool': 'Wait for a database connection',
  'database-connections': 'Wait for a database connection',
  'postgres-hygiene': 'Largest tables',
  'state-resolution': 'CPU of state resolution',
  'federation-presence': 'Outgoing EDUs by type',
  'federation-lag': 'How far sending lags behind',
  'federation-inbound': 'Events from other homeservers that wait',
  'federation-destinations': 'Destinations that fail or miss events',
  'device-lists': 'How long a change of devices waits',
  'appservice-lag': 'How many events each part is behind',
  'replication-lag': 'Replication: updates that wait',
  'cache-undersized': 'Which cache factors to change',
  'cache-memory': 'Memory of each process',
  extremities: 'Rooms with more than ten forward extremities',
  'extremities-corrupt': 'Rooms with more than ten forward extremities',
  'partial-state': 'Traffic with other homeservers',
  'gc-pauses': 'Collections of each process',
  workers: 'How busy each event loop is',
  'background-updates': 'Largest tables',
  'table-growth': 'Largest tables',
  'scrape-health': 'Memory of each process',
  'metric-coverage': 'Metrics, the missing ones first',
};

/** The checks whose panels these are. */
export function checksOf(panels: Array<Builder<Panel>>): string[] {
  const titles = panels.map((panel) => panel.build().title);
  return Object.keys(panelOfCheck).filter((check) => titles.includes(panelOfCheck[check]));
}
