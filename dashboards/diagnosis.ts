import { type Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

import { dashboardOf } from './dashboard';
import { guide } from './guide';
import { diagnosis as findings } from './sections/diagnosis';
import { overview } from './sections/overview';
import { cacheVariable } from './variables';

/** The findings, then the sections that they lead to. */
export const start = { uid: guide.uid, sections: [overview, findings, ...guide.sections] };

/** What is wrong, then what the findings lead to. */
export function diagnosis(): Dashboard {
  return dashboardOf({
    ...start,
    title: 'Synapse: diagnosis',
    description: 'Why a Matrix homeserver running Synapse is slow, and what to do about it.',
    variables: [cacheVariable],
  });
}
