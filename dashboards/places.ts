import { panelOfCheck } from './checks';
import { guide } from './guide';
import { rooms } from './rooms';
import { panelId } from './section';

/** Where each check's panel stands: the dashboard's uid and the panel, as an address has them. */
export const places: Record<string, string> = Object.fromEntries(
  Object.entries(panelOfCheck).map(([check, title]) => [check, placeOf(title)])
);

function placeOf(title: string): string {
  for (const { uid, sections } of [guide, rooms]) {
    for (const section of sections) {
      const at = section.panels.findIndex((panel) => panel.build().title === title);
      if (at >= 0) {
        return `${uid}?viewPanel=panel-${panelId(section, at)}`;
      }
    }
  }
  throw new Error(`no dashboard has a panel "${title}"`);
}
