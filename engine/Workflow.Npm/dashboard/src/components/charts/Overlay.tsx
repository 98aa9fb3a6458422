import type { ColumnDrift, DriftBin } from '../../api/types';
import { percent } from '../../lib/format';
import { Ends } from './Histogram';

const HEIGHT = 100;

/** Two distributions in common bins: what is compared as bars, the reference as an outline over them. */
export function Overlay({ of, large }: { of: ColumnDrift; large?: boolean }) {
  if (of.bins.length === 0) return large ? <p className="muted">There is too little to draw.</p> : <span className="muted">–</span>;
  if (large && of.type === 'categorical') return <Categories bins={of.bins} />;
  const { bins } = of;
  const most = greatest(bins);
  const y = (share: number) => HEIGHT - (HEIGHT * share) / most;
  const outline = bins.map((bin, index) => `${index === 0 ? 'M' : 'L'}${index} ${y(bin.reference)}H${index + 1}`).join('');
  return (
    <figure className={large ? 'chart chart-large' : 'chart'}>
      <svg viewBox={`0 0 ${bins.length} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`Reference and current ${of.column}`}>
        {bins.map((bin, index) => (
          <g key={bin.label}>
            <title>{said(bin)}</title>
            <rect className="chart-hit" x={index} width={1} height={HEIGHT} />
            <rect className="chart-bar" x={index + 0.04} y={y(bin.current)} width={0.92} height={HEIGHT - y(bin.current)} />
          </g>
        ))}
        <path className="chart-outline" d={outline} vectorEffect="non-scaling-stroke" />
      </svg>
      {large && <Ends first={bins[0]!.label} last={bins.at(-1)!.label} />}
    </figure>
  );
}

function Categories({ bins }: { bins: DriftBin[] }) {
  const most = greatest(bins);
  return (
    <ul className="value-bars">
      {bins.map((bin) => (
        <li key={bin.label} title={said(bin)}>
          <span className="clip">{bin.label}</span>
          <svg aria-hidden="true">
            <rect className="chart-bar" width={`${(100 * bin.current) / most}%`} height="100%" />
            <rect className="chart-outline" x={0.5} y={0.5} width={`${(99 * bin.reference) / most}%`} height="17" />
          </svg>
          <span className="right number">
            {percent(bin.reference)} → {percent(bin.current)}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What the outline and the bars are. */
export function OverlayKey({ reference, current }: { reference: string; current: string }) {
  return (
    <p className="overlay-key">
      <span>
        <svg width="14" height="12" aria-hidden="true">
          <rect className="chart-outline" x="1" y="1" width="12" height="10" />
        </svg>
        reference {reference}
      </span>
      <span>
        <svg width="14" height="12" aria-hidden="true">
          <rect className="chart-bar" width="14" height="12" />
        </svg>
        current {current}
      </span>
    </p>
  );
}

function greatest(bins: DriftBin[]): number {
  return Math.max(Number.MIN_VALUE, ...bins.flatMap((bin) => [bin.reference, bin.current]));
}

function said(bin: DriftBin): string {
  return `${bin.label}: ${percent(bin.reference)} of the reference, ${percent(bin.current)} of the current rows`;
}
