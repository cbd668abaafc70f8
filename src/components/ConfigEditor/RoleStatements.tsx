import React from 'react';
import { ClipboardButton, Field } from '@grafana/ui';

import role from '../../generated/role.json';

interface Props {
  user?: string;
  database?: string;
}

/** The statements that make the role, with what was typed in: to be pasted into psql. */
export function RoleStatements({ user, database }: Props) {
  const sql = statements(user, database);
  return (
    <Field
      label="Make the role"
      description="Run this in psql, connected to Synapse’s database as its superuser, with a password of your own. It can only read."
    >
      <>
        <pre role="region" aria-label="Statements that make the role">
          {sql}
        </pre>
        <ClipboardButton variant="secondary" icon="copy" getText={() => sql}>
          Copy
        </ClipboardButton>
      </>
    </Field>
  );
}

function statements(user = '', database = ''): string {
  return role.sql
    .trim()
    .replaceAll('"grafana_synapse"', () => quoted(user.trim() || 'grafana_synapse'))
    .replaceAll('"synapse"', () => quoted(database.trim() || 'synapse'));
}

/** A name as SQL has it, whatever is in it. */
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
