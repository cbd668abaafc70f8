import { docsLink, guideLink } from '../links';
import { decimals, paragraph, sentence, verbatim, verdict } from '../panels/cells';
import { curve } from '../panels/curve';
import { graph } from '../panels/graph';
import { table } from '../panels/table';
import { type Section } from '../section';

/** From the present size on, closer where a first step ends. */
const multipliers = [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

const experimental = `Predictions are experimental: see [their measured accuracy](${docsLink('cache-evaluation.md')}).`;
const oneHomeserver = 'If several homeservers are shown, only the first is drawn: choose one above.';

export const caches: Section = {
  id: 400,
  title: 'Which caches are too small?',
  heading: 'Many misses and evictions',
  text: `Only a cache that evicts because it is full gains from more capacity. [Guide](${guideLink('caches')})`,
  panels: {
    'cache-factors': table({
      title: 'Cache factors to change',
      description:
        'One row per cache, summed over all processes, those to raise first. A larger cache can only avoid misses on ' +
        'entries that were evicted because the cache was full. "not-size-bound": no size helps.',
      queryType: 'cacheFactors',
      format: 'table',
      parameters: { limit: 20 },
      height: 15,
      columns: [
        { name: 'cache', width: 260 },
        { name: 'verdict', width: 110, settings: verdict },
        { name: 'current_factor', width: 65, settings: [decimals(1)] },
        { name: 'recommended_factor', width: 65, settings: [decimals(1)] },
        { name: 'reason', settings: paragraph },
        { name: 'hit_ratio', width: 65, settings: [decimals(1)] },
        { name: 'misses_per_second', width: 75 },
        { name: 'size_evictions_per_second', width: 100 },
        { name: 'server_name', width: 110 },
      ],
    }),
    'cache-one': table({
      title: 'One cache: $cache',
      description: `The cache chosen at the top of the dashboard. ${experimental}`,
      queryType: 'cacheFactors',
      format: 'table',
      parameters: { cache: '$cache' },
      height: 7,
      columns: [
        { name: 'verdict', width: 110, settings: verdict },
        { name: 'reason', settings: sentence },
        { name: 'hit_ratio', width: 80, settings: [decimals(1)] },
        { name: 'predicted_hit_ratio', width: 90, settings: [decimals(1)] },
        { name: 'current_factor', width: 70, settings: [decimals(1)] },
        { name: 'recommended_factor', width: 70, settings: [decimals(1)] },
        { name: 'max_useful_factor', width: 90 },
        { name: 'server_name', width: 105 },
      ],
    }),
    'cache-curve': curve(
      {
        title: 'Hit ratio by size: $cache',
        description:
          'From the current size (×1) to ten times that. Where the line is flat, more capacity brings nothing. ' +
          `Without a line there is no prediction, and the band shows what is possible. ${experimental} ${oneHomeserver}`,
        queryType: 'cacheFactors',
        format: 'curve',
        parameters: { cache: '$cache', multipliers },
      },
      ['multiplier', 'hit_ratio', 'low', 'high', 'factor', 'max_entries'],
      multipliers.length
    ),
    'cache-avoided': curve(
      {
        title: 'Misses avoided by size: $cache',
        description:
          'Per second, over all processes. Dashed: no size avoids more. Between the lines: misses that a larger cache ' +
          `may or may not avoid. ${experimental} ${oneHomeserver}`,
        queryType: 'cacheFactors',
        format: 'curve',
        parameters: { cache: '$cache', multipliers },
      },
      ['multiplier', 'avoided_misses_per_second', 'avoided_misses_limit', 'factor', 'max_entries'],
      multipliers.length
    ),
    'cache-yaml': table({
      title: 'Recommended factors for homeserver.yaml',
      description:
        'Merge these lines into the caches section of homeserver.yaml. The eye in the cell opens the text to copy.',
      queryType: 'cacheFactors',
      format: 'config',
      height: 7,
      columns: [
        { name: 'yaml', settings: verbatim },
        { name: 'server_name', width: 110 },
      ],
    }),
    'cache-environment': table({
      title: 'Recommended factors as environment variables',
      description: 'For Synapse in a container. They override homeserver.yaml and need a restart.',
      queryType: 'cacheFactors',
      format: 'config',
      height: 9,
      columns: [
        { name: 'environment', width: 540, settings: verbatim },
        { name: 'notes', settings: sentence },
        { name: 'server_name', width: 110 },
      ],
    }),
    'cache-misses': graph({
      title: 'Caches with the most misses',
      description: 'Lookups per second that the cache could not answer, so the database had to.',
      queryType: 'caches',
      format: 'misses',
      parameters: { limit: 8 },
    }),
    'cache-evictions': graph({
      title: 'Evictions by reason',
      description:
        'Entries evicted per second. Only entries evicted because the cache was full show that it is too small.',
      queryType: 'caches',
      format: 'evictions',
      parameters: { limit: 8 },
    }),
    'cache-hit-ratio': graph({
      title: 'Hit ratio of the caches with the most misses',
      description:
        'Share of lookups that the cache answered. A low ratio alone is no problem: some lookups never repeat.',
      queryType: 'caches',
      format: 'hitRatio',
      parameters: { limit: 8 },
    }).max(1),
    'cache-entries': graph({
      title: 'Entries of the largest caches',
      description: 'A flat line usually means that the cache is full.',
      queryType: 'caches',
      format: 'size',
      parameters: { limit: 8 },
    }),
  },
};
