import { type Builder } from '@grafana/grafana-foundation-sdk/cog';
import { type AnnotationQuery, AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';

import { datasource, query } from './query';

/** One kind of change, as marks on every graph. */
function marks(name: string, kind: string, iconColor: string): Builder<AnnotationQuery> {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(datasource)
    .enable(true)
    .iconColor(iconColor)
    .target(query('changes', 'annotations', { refId: 'Anno', kinds: [kind] }));
}

export const annotations = [
  marks('Restarts', 'restart', 'orange'),
  marks('Version changes', 'version', 'purple'),
  marks('Cache resizes', 'cache-resize', 'blue'),
];
