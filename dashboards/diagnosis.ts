import { type Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { dashboardOf } from './dashboard';
import { caches } from './sections/caches';
import { diagnosis as findings } from './sections/diagnosis';
import { eventSendTime } from './sections/eventSendTime';
import { federation } from './sections/federation';
import { forwardExtremities } from './sections/forwardExtremities';
import { garbageCollection } from './sections/garbageCollection';
import { resources } from './sections/resources';
import { transactions } from './sections/transactions';

/** What is wrong, then the sections of "Understanding Synapse through Grafana graphs", in the guide's order. */
const sections = [
  findings,
  eventSendTime,
  resources,
  transactions,
  federation,
  caches,
  forwardExtremities,
  garbageCollection,
];

export function diagnosis(): Dashboard {
  return dashboardOf(
    'Synapse: diagnosis',
    'synapse-diagnosis',
    'Why a Matrix homeserver running Synapse is slow, and what to do about it.',
    sections
  );
}
