import { type AnnotationSupport } from '@grafana/data';

import { findQueryType, queryTypes } from './queryTypes';
import { type SynapseQuery } from './types';

/** Any table with a time column makes annotations; "changes" is made for it, so it is the one to start with. */
export const annotationSupport: AnnotationSupport<SynapseQuery> = {
  getDefaultQuery: () => ({ queryType: (findQueryType('changes') ?? queryTypes[0]).id }),
};
