import { checks } from './declarations';
import { guide } from './guide';
import { rooms } from './rooms';
import { type NumberedPanel, panelsOf, type Section } from './section';

/** Where a panel stands: the dashboard's uid and the panel's number there. */
export interface Place {
  dashboard: string;
  panel: number;
  title: string;
  /** What it asks, from which the backend makes a finding's next question. */
  asks: NumberedPanel['asks'];
}

/** Every panel of these dashboards by its names; a panel that stands on several is found on the first one. */
export function placesIn(dashboards: Array<{ uid: string; sections: Section[] }>): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const { uid, sections } of dashboards) {
    for (const { names, number, panel, asks } of sections.flatMap(panelsOf)) {
      for (const name of names.filter((name) => !places.has(name))) {
        places.set(name, { dashboard: uid, panel: number, title: panel.title ?? '', asks });
      }
    }
  }
  return places;
}

const places = placesIn([guide, rooms]);

/** Where each check's panel stands, as an address has it. */
export const addressOfCheck: Record<string, string> = Object.fromEntries(
  checks.map(({ id, panel }) => {
    const place = places.get(panel);
    if (!place) {
      throw new Error(`The check "${id}" names the panel "${panel}", which no dashboard has: add it to a section.`);
    }
    return [id, `${place.dashboard}?viewPanel=panel-${place.panel}`];
  })
);
