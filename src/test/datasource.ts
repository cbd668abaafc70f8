import { dateTime, type DataSourceInstanceSettings, type TimeRange, type TypedVariableModel } from '@grafana/data';
import { type TemplateSrv } from '@grafana/runtime';

import { SynapseDatasource } from '../datasource';
import { type SynapseOptions } from '../types';

interface Variable {
  value: string | string[];
  text?: string;
  /** A custom value of "All" reaches the text unformatted, as in Grafana. */
  custom?: boolean;
}

type Formatter = (value: string | string[], variable: { name: string }) => string;

/** Grafana's template service as far as this plugin uses it, with its rules on formats and "All". */
export function fakeTemplates(variables: Record<string, Variable>): TemplateSrv {
  const replace = (target = '', _scoped?: unknown, format?: string | Formatter) =>
    target.replace(
      /\$(\w+)|\$\{(\w+)(?::(\w+))?\}|\[\[(\w+)(?::(\w+))?\]\]/g,
      (match: string, ...groups: unknown[]) => {
        const [plain, braced, bracedFormat, square, squareFormat] = groups as Array<string | undefined>;
        const name = plain ?? braced ?? square ?? '';
        const variable = variables[name];
        if (!variable) {
          return match;
        }
        const how = bracedFormat ?? squareFormat ?? format;
        if (how === 'text') {
          return variable.text ?? String(variable.value);
        }
        if (variable.custom) {
          return String(variable.value);
        }
        if (typeof how === 'function') {
          return how(variable.value, { name });
        }
        return how === 'regex' ? `(${[variable.value].flat().join('|')})` : [variable.value].flat().join(',');
      }
    );
  const models = Object.keys(variables).map((name) => ({ name }) as TypedVariableModel);
  return { replace, getVariables: () => models } as unknown as TemplateSrv;
}

export function testDatasource(
  variables: Record<string, Variable> = {},
  known: string[] = [],
  access: DataSourceInstanceSettings['access'] = 'proxy'
) {
  const settings = { uid: 'synapse', type: 'matrix-synapse-datasource', name: 'Synapse', access, jsonData: {} };
  const datasource = new SynapseDatasource(
    settings as unknown as DataSourceInstanceSettings<SynapseOptions>,
    fakeTemplates(variables)
  );
  const getResource = jest.spyOn(datasource, 'getResource').mockResolvedValue(known);
  return { datasource, getResource };
}

export const testRange: TimeRange = {
  from: dateTime(1_000_000),
  to: dateTime(4_600_000),
  raw: { from: 'now-1h', to: 'now' },
};
