import { guideLink } from '../links';
import { decimals, paragraph, sentence, verbatim, verdict } from '../panels/cells';
import { graph } from '../panels/graph';
import { table } from '../panels/table';
import { type Section } from '../section';

export const caches: Section = {
  id: 400,
  title: 'Which caches are too small?',
  text: `**Misses *and* drops for lack of room:** raise it one step. No such drops, no gain. [Guide](${guideLink('caches')})`,
  panels: [
    table({
      title: 'Which cache factors to change',
      description:
        'One row per cache over all processes, those worth raising first. A larger cache can avoid at most as many misses ' +
        'as entries are thrown out for want of room. Not-size-bound: no size helps.',
      queryType: 'cacheFactors',
      format: 'table',
      parameters: { limit: 20 },
      height: 15,
      columns: [
        { name: 'cache', width: 260 },
        { name: 'verdict', width: 110, settings: verdict },
        { name: 'current_factor', width: 65, settings: [decimals(1)] },
        { name: 'recommended_factor', width: 65, settings: [decimals(1)] },
        { name: 'hit_ratio', width: 65, settings: [decimals(1)] },
        { name: 'misses_per_second', width: 75 },
        { name: 'size_evictions_per_second', width: 110 },
        { name: 'reason', settings: paragraph },
        { name: 'server_name', width: 110 },
      ],
    }),
    table({
      title: 'The same for homeserver.yaml',
      description:
        'Lines to paste into the caches section of homeserver.yaml. The eye at the right of the cell opens them, to copy.',
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
        'Entries thrown out per second, by reason. Only "full" means that the cache is too small for what is asked of it.',
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
