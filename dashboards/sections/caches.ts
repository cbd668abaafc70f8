import { guideLink } from '../links';
import { decimals, sentence, verbatim, verdict } from '../panels/cells';
import { graph } from '../panels/graph';
import { table } from '../panels/table';
import { type Section } from '../section';

export const caches: Section = {
  id: 400,
  title: 'Which caches are too small?',
  text:
    '**Misses and evictions together.** A miss goes to the database. A cache that misses a lot *and* throws out entries ' +
    'for want of room may deserve a larger factor; one that misses without throwing any out gains nothing from it. ' +
    'Larger caches take more memory, so raise one step, measure, then go on. ' +
    `[Guide](${guideLink('caches')})`,
  panels: [
    table({
      title: 'Cache factors worth changing',
      description:
        'One row per cache over all processes, those worth raising first. The avoidable misses are an upper bound: ' +
        'a larger cache can avoid at most as many misses as entries are thrown out for want of room.',
      queryType: 'cacheFactors',
      format: 'table',
      height: 13,
      columns: [
        { name: 'cache', width: 230 },
        { name: 'verdict', width: 115, settings: verdict },
        { name: 'current_factor', width: 80 },
        { name: 'recommended_factor', width: 80 },
        { name: 'entries', width: 85 },
        { name: 'max_entries', width: 85 },
        { name: 'hit_ratio', width: 80, settings: [decimals(1)] },
        { name: 'misses_per_second', width: 85 },
        { name: 'avoided_misses_limit', width: 95 },
        { name: 'reason', settings: sentence },
        { name: 'server_name', width: 140 },
      ],
    }),
    table({
      title: 'The same for homeserver.yaml',
      description:
        'Lines to paste into the caches section of homeserver.yaml, or the environment variables that say the same. ' +
        'The eye at the right of a cell opens it in full, to copy.',
      queryType: 'cacheFactors',
      format: 'config',
      height: 9,
      columns: [
        { name: 'yaml', width: 400, settings: verbatim },
        { name: 'notes', settings: sentence },
        { name: 'environment', width: 360, settings: verbatim },
        { name: 'server_name', width: 140 },
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
      title: 'Evictions',
      description:
        'Entries thrown out per second, by reason. Only "size" means that the cache is too small; "invalidation" is ' +
        'age, memory pressure or changed data.',
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
      title: 'Entries held',
      description: 'A line that has run flat has reached its limit; one that still grows has room left.',
      queryType: 'caches',
      format: 'size',
      parameters: { limit: 8 },
    }),
  ],
};
