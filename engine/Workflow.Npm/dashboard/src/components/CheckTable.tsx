import type { GateCheck } from '../api/types';
import { count, metric, plain } from '../lib/format';
import { StateBadge } from './StateBadge';
import { Table } from './Table';

const COLUMNS = ['Verdict', 'Check', { text: 'Observed', className: 'right' }, 'Threshold', { text: 'Failing rows', className: 'right' }];

/** Checks of a gate: what was observed against which threshold, of how many rows, with some of those that fail. */
export function CheckTable({ label, checks }: { label: string; checks: GateCheck[] }) {
  return (
    <Table label={label} columns={COLUMNS}>
      {checks.map((check, index) => (
        <CheckRow key={index} check={check} />
      ))}
    </Table>
  );
}

function CheckRow({ check }: { check: GateCheck }) {
  return (
    <tr>
      <td>
        <StateBadge verdict={check.verdict} />
        {check.severity !== 'block' && <div className="muted">{check.severity === 'warn' ? 'warns only' : 'quarantine'}</div>}
      </td>
      <td className="wide">
        <span className="strong">{check.check}</span> {check.column && <code>{check.column}</code>}
        {check.slice && <span className="muted"> where {check.slice}</span>}
        {check.message && <div>{check.message}</div>}
        {(check.meaning || check.owner) && (
          <div className="muted">
            {check.meaning} {check.owner && `Ask ${check.owner}.`}
          </div>
        )}
        {check.sample_rows.length > 0 && (
          <details>
            <summary>{check.sample_rows.length} of the failing rows</summary>
            <SampleRows rows={check.sample_rows} />
          </details>
        )}
      </td>
      <td className="right number" title={check.observed == null ? undefined : String(check.observed)}>
        {check.observed == null ? '–' : metric(check.observed)}
      </td>
      <td className="threshold">{check.threshold}</td>
      <td className="right number">
        {check.failing_rows == null ? '–' : count(check.failing_rows)}
        {check.rows != null && <span className="muted"> of {count(check.rows)}</span>}
      </td>
    </tr>
  );
}

function SampleRows({ rows }: { rows: GateCheck['sample_rows'] }) {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return (
    <Table label="Failing rows" columns={columns}>
      {rows.map((row, index) => (
        <tr key={index}>
          {columns.map((column) => (
            <td key={column} className="number">
              {plain(row[column])}
            </td>
          ))}
        </tr>
      ))}
    </Table>
  );
}
