import type { HistogramBin } from '../../api/types';
import { count, isNumber, percent, valueText } from '../../lib/format';

const WIDTH = 1000;
const HEIGHT = 100;
/** A bin that holds anything is seen. */
const LEAST = 2;

/** The distribution of a column of numbers or times, stretched to its box; small in a table, with its ends named where it is large. */
export function Histogram({ bins, type, large }: { bins: HistogramBin[]; type: string; large?: boolean }) {
  const total = Math.max(
    1,
    bins.reduce((sum, bin) => sum + bin.count, 0),
  );
  const [first, last] = [valueText(bins[0]?.low, type), valueText(bins.at(-1)?.high, type)];
  return (
    <figure className={large ? 'chart chart-large' : 'chart'}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`Histogram from ${first} to ${last}`}>
        {barsOf(bins, type).map(({ bin, x, width, height }, index) => (
          <g key={index}>
            <title>{`${said(bin, type)}: ${count(bin.count)} (${percent(bin.count / total)})`}</title>
            <rect className="chart-hit" x={x} width={width} height={HEIGHT} />
            <rect className="chart-bar" x={x + width * 0.04} y={HEIGHT - height} width={width * 0.92} height={height} />
          </g>
        ))}
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

interface Bar {
  bin: HistogramBin;
  x: number;
  width: number;
  height: number;
}

/**
 * Bins differ in width, so the area of a bar is its share and not its height. Where a column has few values, each is a bin without width, and
 * gets that of the smallest distance between two. A sliver at an end says little: its height is that of a bin half as wide as is usual.
 */
function barsOf(bins: HistogramBin[], type: string): Bar[] {
  const lows = bins.map((bin) => position(bin.low, type));
  const spans = bins.map((bin, index) => position(bin.high, type) - lows[index]!);
  const gaps = lows.slice(1).map((low, index) => low - lows[index]!);
  const narrowest = Math.min(...gaps.filter((gap) => gap > 0), Number.MAX_VALUE);
  const widths = spans.map((span) => (span > 0 ? span : narrowest < Number.MAX_VALUE ? narrowest : 1));
  const usual = [...widths].sort((a, b) => a - b)[widths.length >> 1]!;
  const range = lows.at(-1)! + widths.at(-1)! - lows[0]!;
  const densities = bins.map((bin, index) => bin.count / Math.max(widths[index]!, usual / 2));
  const most = Math.max(...densities);
  return bins.map((bin, index) => ({
    bin,
    x: (WIDTH * (lows[index]! - lows[0]!)) / range,
    width: (WIDTH * widths[index]!) / range,
    height: bin.count === 0 ? 0 : Math.max(LEAST, (HEIGHT * densities[index]!) / most),
  }));
}

/** Where a value lies: numbers by themselves, times as DuckDB writes them. */
function position(text: string, type: string): number {
  return isNumber(type) ? Number(text) : Date.parse(`${text.includes('-') ? '' : '1970-01-01 '}${text}Z`.replace(' ', 'T'));
}

function said({ low, high }: HistogramBin, type: string): string {
  return low === high ? valueText(low, type) : `${valueText(low, type)} to ${valueText(high, type)}`;
}
