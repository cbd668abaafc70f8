import { type Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { dashboardOf } from './dashboard';
import { guide } from './guide';
import { diagnosis as findings } from './sections/diagnosis';
import { cacheVariable } from './variables';

/** What is wrong, then what the findings lead to. */
export function diagnosis(): Dashboard {
  return dashboardOf({
    title: 'Synapse: diagnosis',
    uid: guide.uid,
    description: 'Why a Matrix homeserver running Synapse is slow, and what to do about it.',
    sections: [findings, ...guide.sections],
    variables: [cacheVariable],
  });
}
