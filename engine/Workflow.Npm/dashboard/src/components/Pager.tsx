import { count } from '../lib/format';

interface Props {
  from: number;
  page: number;
  total: number;
  /** What lies before and after; lists of runs go from newer to older. */
  words?: [string, string];
  onMove: (from: number) => void;
}

export function Pager({ from, page, total, words = ['Newer', 'Older'], onMove }: Props) {
  if (total <= page) return null;
  return (
    <div className="pager">
      <button type="button" disabled={from === 0} onClick={() => onMove(Math.max(0, from - page))}>
        {words[0]}
      </button>
      <span className="number">
        {count(from + 1)}–{count(Math.min(from + page, total))} of {count(total)}
      </span>
      <button type="button" disabled={from + page >= total} onClick={() => onMove(from + page)}>
        {words[1]}
      </button>
    </div>
  );
}
