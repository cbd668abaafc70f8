import { type Builder } from '@grafana/grafana-foundation-sdk/cog';
import { type DashboardLink, DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';

import documentation from '../src/generated/docs.json';

const guide =
  'https://element-hq.github.io/synapse/latest/usage/administration/understanding_synapse_through_grafana_graphs.html';

/** A section of Synapse's guide, or the whole of it. */
export const guideLink = (anchor = ''): string => guide + (anchor && '#' + anchor);

/** A page of the documentation of this version. */
export const docsLink = (path: string): string => documentation.docs + path;

function link(title: string, url: string, tooltip: string): Builder<DashboardLink> {
  const link = new DashboardLinkBuilder(title)
    .type(DashboardLinkType.Link)
    .url(url)
    .tooltip(tooltip)
    .icon('doc')
    .targetBlank(true)
    .build();
  // By default the SDK puts it into a menu.
  return { build: () => ({ ...link, placement: undefined }) };
}

/** The other dashboards, with what the reader chose and when he looks. */
const family: Builder<DashboardLink> = {
  build: () => ({
    ...new DashboardLinkBuilder('Dashboards')
      .type(DashboardLinkType.Dashboards)
      .tags(['matrix-synapse'])
      .asDropdown(true)
      .keepTime(true)
      .includeVars(true)
      .build(),
    placement: undefined,
  }),
};

export const links = [
  family,
  link("Synapse's guide", guideLink(), 'Understanding Synapse through Grafana graphs'),
  link('About', docsLink('README.md'), 'What this dashboard reads, and how to set it up'),
];
