import { type Dashboard, DashboardBuilder, DashboardCursorSync } from '@grafana/grafana-foundation-sdk/dashboard';

import { annotations } from './annotations';
import { links } from './links';
import { addSection, type Section } from './section';
import { variables } from './variables';

/** What all dashboards of the plugin have in common. */
export function dashboardOf(title: string, uid: string, description: string, sections: Section[]): Dashboard {
  const dashboard = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(['matrix-synapse'])
    .timezone('browser')
    .time({ from: 'now-6h', to: 'now' })
    .refresh('1m')
    .tooltip(DashboardCursorSync.Crosshair)
    .variables(variables)
    .annotations(annotations)
    .links(links);
  for (const section of sections) {
    addSection(dashboard, section);
  }
  return dashboard.build();
}
