import { type Dashboard, DashboardBuilder, DashboardCursorSync } from '@grafana/grafana-foundation-sdk/dashboard';

import { links } from './links';
import { addSection } from './section';
import { caches } from './sections/caches';
import { eventSendTime } from './sections/eventSendTime';
import { forwardExtremities } from './sections/forwardExtremities';
import { transactions } from './sections/transactions';
import { variables } from './variables';

/** The sections of "Understanding Synapse through Grafana graphs", in the guide's order. */
const sections = [eventSendTime, transactions, caches, forwardExtremities];

export function diagnosis(): Dashboard {
  const dashboard = new DashboardBuilder('Synapse: diagnosis')
    .uid('synapse-diagnosis')
    .description('Why a Matrix homeserver running Synapse is slow, and what to do about it.')
    .tags(['matrix-synapse'])
    .timezone('browser')
    .time({ from: 'now-6h', to: 'now' })
    .refresh('1m')
    .tooltip(DashboardCursorSync.Crosshair)
    .variables(variables)
    .links(links);
  for (const section of sections) {
    addSection(dashboard, section);
  }
  return dashboard.build();
}
