import type { Gate, GateCheck } from '../../api/types';
import { Section } from '../../components/Page';
import { StateBadge } from '../../components/StateBadge';
import { Table } from '../../components/Table';
import { count, metric, plain } from '../../lib/format';

const COLUMNS = [
  'Verdict',
  'Check',
  'Column',
  { text: 'Observed', className: 'right' },
  'Threshold',
  { text: 'Failing rows', className: 'right' },
  'Why',
];

/** Every check of the run's gates: what was observed against which threshold, with some of the failing rows. */
export function GateTable({ gates, onSelect }: { gates: Gate[]; onSelect: (taskId: string) => void }) {
  return (
    <Section title="Gates">
      {gates.map((gate) => (
        <div key={`${gate.task_id} ${gate.try_number}`} className="gate">
          <p className="gate-head">
            <StateBadge verdict={gate.verdict} />
            <button type="button" className="link strong" onClick={() => onSelect(gate.task_id)}>
              {gate.task_id}
            </button>
            <span className="muted">{gate.subject}</span>
          </p>
          <Table label={`Checks of ${gate.task_id}`} columns={COLUMNS}>
            {gate.checks.map((check, index) => (
              <CheckRow key={index} check={check} />
            ))}
          </Table>
        </div>
      ))}
    </Section>
  );
}

function CheckRow({ check }: { check: GateCheck }) {
  return (
    <tr>
      <td>
        <StateBadge verdict={check.verdict} />
      </td>
      <td className="strong">{check.check}</td>
      <td>{check.column ?? <span className="muted">–</span>}</td>
      <td className="right number" title={check.observed == null ? undefined : String(check.observed)}>
        {check.observed == null ? '–' : metric(check.observed)}
      </td>
      <td>{check.threshold}</td>
      <td className="right number">
        {check.failing_rows == null ? '–' : count(check.failing_rows)}
        {check.rows != null && <span className="muted"> of {count(check.rows)}</span>}
      </td>
      <td className="wide">
        {check.message}
        {check.sample_rows.length > 0 && (
          <details>
            <summary>{check.sample_rows.length} of the failing rows</summary>
            <SampleRows rows={check.sample_rows} />
          </details>
        )}
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
