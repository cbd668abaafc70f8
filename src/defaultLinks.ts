/**
 * The links that Grafana 13 adds to every dashboard with a panel of this data source; older versions don't ask for them.
 * The reader's time goes along. Variables do not: those of other dashboards may have our names, yet other values.
 */
export const defaultLinks = [
  {
    title: 'Matrix Synapse',
    type: 'dashboards',
    tags: ['matrix-synapse'],
    tooltip: 'The diagnosis of the homeserver, and the dashboards by subject',
    icon: 'external link',
    url: '',
    asDropdown: true,
    keepTime: true,
    includeVars: false,
    targetBlank: false,
    placement: 'inControlsMenu',
  },
];
