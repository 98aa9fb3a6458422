import type { HistogramBin } from '../../api/types';
import { count, percent, valueText } from '../../lib/format';

const HEIGHT = 100;
/** A bin that holds anything is seen. */
const LEAST = 2;

/** The distribution of a column of numbers or times, stretched to its box; small in a table, with its ends named where it is large. */
export function Histogram({ bins, type, large }: { bins: HistogramBin[]; type: string; large?: boolean }) {
  const most = Math.max(1, ...bins.map((bin) => bin.count));
  const total = Math.max(
    1,
    bins.reduce((sum, bin) => sum + bin.count, 0),
  );
  const [first, last] = [valueText(bins[0]?.low, type), valueText(bins.at(-1)?.high, type)];
  return (
    <figure className={large ? 'chart chart-large' : 'chart'}>
      <svg viewBox={`0 0 ${bins.length} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`Histogram from ${first} to ${last}`}>
        {bins.map((bin, index) => {
          const height = bin.count === 0 ? 0 : Math.max(LEAST, (HEIGHT * bin.count) / most);
          return (
            <g key={index}>
              <title>{`${valueText(bin.low, type)} to ${valueText(bin.high, type)}: ${count(bin.count)} (${percent(bin.count / total)})`}</title>
              <rect className="chart-hit" x={index} width={1} height={HEIGHT} />
              <rect className="chart-bar" x={index + 0.06} y={HEIGHT - height} width={0.88} height={height} />
            </g>
          );
        })}
      </svg>
      {large && <Ends first={first} last={last} />}
    </figure>
  );
}

export function Ends({ first, last }: { first: string; last: string }) {
  return (
    <figcaption className="chart-ends number">
      <span>{first}</span>
      <span>{last}</span>
    </figcaption>
  );
}
