/**
 * The links that Grafana 13 adds to every dashboard with a panel of this data source; older versions don't ask for them.
 * The reader's time goes along. Variables do not: those of other dashboards may have our names, yet other values.
 *
 * Grafana 13 also asks for default variables. There are none: they would stand on every dashboard with one of our panels and
 * filter nothing until its queries name them, under a name with the plugin's id, whose hyphens "$name" can't hold.
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
