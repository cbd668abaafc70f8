import { guideLink } from '../links';
import { decimals, paragraph, sentence, verbatim, verdict } from '../panels/cells';
import { curve } from '../panels/curve';
import { graph } from '../panels/graph';
import { table } from '../panels/table';
import { type Section } from '../section';

/** From the present size on, closer where a first step ends. */
const multipliers = [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

export const caches: Section = {
  id: 400,
  title: 'Which caches are too small?',
  heading: 'Misses and drops',
  text: `Misses and drops for lack of room: try one step. No such drops, no gain. [Guide](${guideLink('caches')})`,
  panels: [
    table({
      title: 'Which cache factors to change',
      description:
        'One row per cache over all processes, those worth raising first. A larger cache can avoid at most as many misses ' +
        'as it dropped entries for lack of room. Not-size-bound: no size helps.',
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
        { name: 'size_evictions_per_second', width: 110 },
        { name: 'server_name', width: 110 },
      ],
    }),
    table({
      title: 'What if another size: $cache',
      description:
        'The cache chosen at the top of the dashboard. What any size could avoid follows from its evictions; what the ' +
        'next step will avoid is predicted, with the range in which four of five such predictions come true.',
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
    curve(
      {
        title: 'Hit ratio by size: $cache',
        description:
          'From its size today, at ×1, to ten times that. The band is where four of five predictions come true; without ' +
          'a line nothing is predicted, and the band is all that is possible. Where it runs flat, a larger cache is waste. ' +
          'Of several homeservers the first is drawn: choose one above.',
        queryType: 'cacheFactors',
        format: 'curve',
        parameters: { cache: '$cache', multipliers },
      },
      ['multiplier', 'hit_ratio', 'low', 'high', 'factor', 'max_entries'],
      multipliers.length
    ),
    curve(
      {
        title: 'Misses avoided by size: $cache',
        description:
          'Per second, in all processes. Dashed: no size avoids more, as its evictions tell. The distance between ' +
          'the two lines is what a larger cache can’t help, or what nobody can tell beforehand. ' +
          'Of several homeservers the first is drawn: choose one above.',
        queryType: 'cacheFactors',
        format: 'curve',
        parameters: { cache: '$cache', multipliers },
      },
      ['multiplier', 'avoided_misses_per_second', 'avoided_misses_limit', 'factor', 'max_entries'],
      multipliers.length
    ),
    table({
      title: 'The same for homeserver.yaml',
      description:
        'Lines to merge into the caches section of homeserver.yaml. The eye at the right of the cell opens them, to copy.',
      queryType: 'cacheFactors',
      format: 'config',
      height: 7,
      columns: [
        { name: 'yaml', settings: verbatim },
        { name: 'server_name', width: 110 },
      ],
    }),
    table({
      title: 'The same as environment variables, and how to apply it',
      description: 'What overrides homeserver.yaml where Synapse runs in a container. It needs a restart.',
      queryType: 'cacheFactors',
      format: 'config',
      height: 9,
      columns: [
        { name: 'environment', width: 540, settings: verbatim },
        { name: 'notes', settings: sentence },
        { name: 'server_name', width: 110 },
      ],
    }),
    graph({
      title: 'Misses of the caches that miss most',
      description: 'Lookups per second that the cache could not answer, so that the database had to.',
      queryType: 'caches',
      format: 'misses',
      parameters: { limit: 8 },
    }),
    graph({
      title: 'Evictions, by reason',
      description:
        'Entries dropped per second, by reason. Only "full" means that the cache is too small for what is asked of it.',
      queryType: 'caches',
      format: 'evictions',
      parameters: { limit: 8 },
    }),
    graph({
      title: 'Hit ratio of the same caches',
      description:
        'Share of lookups that the cache answered. A low ratio alone is no fault: some lookups never repeat.',
      queryType: 'caches',
      format: 'hitRatio',
      parameters: { limit: 8 },
    }).max(1),
    graph({
      title: 'Entries of the largest caches',
      description: 'A line that has run flat has reached its limit; one that still grows has room left.',
      queryType: 'caches',
      format: 'size',
      parameters: { limit: 8 },
    }),
  ],
};
