import { type PanelBuilder } from '@grafana/grafana-foundation-sdk/text';
import { PanelBuilder as TextPanel, TextMode } from '@grafana/grafana-foundation-sdk/text';

/**
 * The words under a section's title, at most two lines on a phone. They carry their own heading, so the panel has none.
 */
export function text(markdown: string): PanelBuilder {
  return new TextPanel()
    .description('What this section shows, and what to conclude from it.')
    .transparent(true)
    .mode(TextMode.Markdown)
    .content(markdown)
    .span(24)
    .height(2);
}
