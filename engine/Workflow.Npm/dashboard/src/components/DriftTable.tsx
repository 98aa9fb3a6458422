import type { ColumnDrift } from '../api/types';
import { count, metric } from '../lib/format';
import { Overlay, OverlayKey } from './charts/Overlay';
import { StateBadge } from './StateBadge';
import { Table } from './Table';

const RIGHT = 'right';

interface Props {
  columns: ColumnDrift[];
  selected: string | null;
  onSelect: (column: string) => void;
}

/** How each column differs, both distributions over each other. */
export function DriftTable({ columns, selected, onSelect }: Props) {
  // A distance is no test: it has no p.
  const hasChance = columns.some((of) => of.p_value != null);
  const measures = ['Statistic', ...(hasChance ? ['p'] : []), 'Threshold', 'Values'].map((text) => ({ text, className: RIGHT }));
  return (
    <Table label="Columns compared" columns={['Column', 'Verdict', 'Distributions', 'Method', ...measures]}>
      {columns.map((of) => (
        <tr key={of.column} className={of.column === selected ? 'row-selected' : ''}>
          <td>
            <button type="button" className="link strong" onClick={() => onSelect(of.column)} data-testid={`column-${of.column}`}>
              {of.column}
            </button>
          </td>
          <td title={of.message}>
            <StateBadge verdict={of.verdict} />
          </td>
          <td className="chart-cell">
            <Overlay of={of} />
          </td>
          <td>{of.method ?? '–'}</td>
          <Measure value={of.statistic} />
          {hasChance && <Measure value={of.adjusted_p_value ?? of.p_value} />}
          <Measure value={of.threshold} />
          <td className="right number">
            {count(of.reference_count)} / {count(of.current_count)}
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Measure({ value }: { value: number | null | undefined }) {
  return (
    <td className="right number" title={value == null ? undefined : String(value)}>
      {value == null ? '–' : value !== 0 && Math.abs(value) < 0.001 ? value.toExponential(1) : metric(value)}
    </td>
  );
}

/** One column large: the reference as an outline over what is compared with it. */
export function DriftDetails({ of, reference, current }: { of: ColumnDrift; reference: string; current: string }) {
  const nulls = of.reference_nulls + of.current_nulls > 0;
  return (
    <div className="drift-details" data-testid="overlay">
      <OverlayKey reference={reference} current={current} />
      <Overlay of={of} large />
      {of.message && <p className="sentence">{of.message}</p>}
      {nulls && (
        <p className="muted">
          Nulls: {count(of.reference_nulls)} in the reference, {count(of.current_nulls)} in the current version.
        </p>
      )}
    </div>
  );
}
