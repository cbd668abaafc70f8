import { type Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';

import { annotations } from './annotations';
import { links } from './links';
import { addSection, type Section } from './section';
import { variables } from './variables';

interface Definition {
  title: string;
  uid: string;
  description: string;
  sections: Section[];
  /** Those of this dashboard alone. */
  variables?: Array<Builder<VariableModel>>;
}

/** What all dashboards of the plugin have in common. */
export function dashboardOf({ title, uid, description, sections, variables: own = [] }: Definition): Dashboard {
  const dashboard = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(['matrix-synapse'])
    .timezone('browser')
    .time({ from: 'now-6h', to: 'now' })
    .refresh('1m')
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([...variables, ...own])
    .annotations(annotations)
    .links(links);
  for (const section of sections) {
    addSection(dashboard, section);
  }
  return dashboard.build();
}
