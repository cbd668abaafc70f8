import { caches } from './sections/caches';
import { delays } from './sections/delays';
import { eventSendTime } from './sections/eventSendTime';
import { federation } from './sections/federation';
import { forwardExtremities } from './sections/forwardExtremities';
import { garbageCollection } from './sections/garbageCollection';
import { metricCoverage } from './sections/metricCoverage';
import { resources } from './sections/resources';
import { transactions } from './sections/transactions';

/** The sections of "Understanding Synapse through Grafana graphs", in the guide's order, and what it leaves out. */
export const guide = {
  uid: 'synapse-diagnosis',
  sections: [
    eventSendTime,
    resources,
    transactions,
    federation,
    caches,
    forwardExtremities,
    garbageCollection,
    delays,
    metricCoverage,
  ],
};
