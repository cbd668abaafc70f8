import { type PanelBuilder } from '@grafana/grafana-foundation-sdk/text';
import { PanelBuilder as TextPanel, TextMode } from '@grafana/grafana-foundation-sdk/text';

interface Words {
  heading: string;
  /** Markdown, at most two lines on a phone. */
  text: string;
}

/** The words that a section begins with. */
export function text({ heading, text }: Words): PanelBuilder {
  return new TextPanel()
    .title(heading)
    .description('What this section shows and how to read it.')
    .transparent(true)
    .mode(TextMode.Markdown)
    .content(text)
    .span(24)
    .height(3);
}
