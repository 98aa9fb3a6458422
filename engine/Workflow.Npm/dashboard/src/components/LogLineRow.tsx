import { memo } from 'react';
import { Link, useLocation } from 'react-router';
import type { LogLine } from '../api/types';
import { ansiSpans, withoutAnsi } from '../lib/ansi';

interface Props {
  line: LogLine;
  time: string;
  /** Lower-case text to mark. */
  needle: string;
  marked: boolean;
  hit: boolean;
}

export const LogLineRow = memo(function LogLineRow({ line, time, needle, marked, hit }: Props) {
  return (
    <div id={`L${line.seq}`} className={`log-line log-${line.level} ${marked ? 'log-marked' : ''} ${hit ? 'log-hit' : ''}`}>
      <LineNumber seq={line.seq} />
      <span className="log-time" title={time}>
        {time.slice(11, 19)}
      </span>
      <span className="log-level">{line.level === 'output' ? '' : line.level}</span>
      <span className="log-text">{needle ? <Marked text={withoutAnsi(line.text)} needle={needle} /> : <Coloured text={line.text} />}</span>
    </div>
  );
});

function LineNumber({ seq }: { seq: number }) {
  const { search } = useLocation();
  return (
    <Link className="log-number" to={{ search, hash: `L${seq}` }} replace>
      {seq}
    </Link>
  );
}

function Coloured({ text }: { text: string }) {
  return ansiSpans(text).map((span, index) => (
    <span key={index} className={span.className}>
      {span.text}
    </span>
  ));
}

function Marked({ text, needle }: { text: string; needle: string }) {
  const parts = [];
  const lower = text.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(needle); at >= 0; at = lower.indexOf(needle, from)) {
    parts.push(text.slice(from, at), <mark key={at}>{text.slice(at, at + needle.length)}</mark>);
    from = at + needle.length;
  }
  return [...parts, text.slice(from)];
}
