import type { ValueCount } from '../../api/types';
import { count, percent } from '../../lib/format';

/** The most frequent values as bars beside their names. */
export function ValueBars({ values, of }: { values: ValueCount[]; of: number }) {
  const most = Math.max(1, ...values.map((value) => value.count));
  return (
    <ul className="value-bars">
      {values.map((value) => (
        <li key={value.value} title={`${value.value}: ${count(value.count)}`}>
          <span className="clip">{value.value === '' ? <em className="muted">empty</em> : value.value}</span>
          <svg aria-hidden="true">
            <rect className="chart-bar" width={`${(100 * value.count) / most}%`} height="100%" />
          </svg>
          <span className="right number">{percent(value.count / Math.max(1, of))}</span>
        </li>
      ))}
    </ul>
  );
}

/** In a table: how much of the rows the most frequent values are, side by side. */
export function ValueStrip({ values, of }: { values: ValueCount[]; of: number }) {
  const total = Math.max(1, of);
  let from = 0;
  return (
    <figure className="chart">
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label={`The most frequent value is ${values[0]?.value}`}>
        <rect className="chart-rest" width={100} height={100} />
        {values.map((value) => {
          const width = (100 * value.count) / total;
          const x = from;
          from += width;
          return (
            <g key={value.value}>
              <title>{`${value.value}: ${count(value.count)} (${percent(value.count / total)})`}</title>
              <rect className="chart-bar" x={x} width={Math.max(0.5, width - 1)} height={100} />
            </g>
          );
        })}
      </svg>
    </figure>
  );
}
