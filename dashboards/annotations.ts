import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';

import { datasource, query } from './query';

/** Restarts, new versions and resized caches, as marks on every graph. */
export const annotations = [
  new AnnotationQueryBuilder()
    .name('Changes')
    .datasource(datasource)
    .enable(true)
    .iconColor('orange')
    .target(query('changes', 'annotations', { refId: 'Anno' })),
];
