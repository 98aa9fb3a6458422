import { memo } from 'react';
import type { LogLine } from '../api/types';
import { ansiSpans, withoutAnsi } from '../lib/ansi';

interface Props {
  line: LogLine;
  /** When it was written, `HH:MM:SS`. */
  clock: string;
  /** Lower-case text to mark. */
  needle: string;
  marked: boolean;
  hit: boolean;
}

/** A line; kept light, since a log may have tens of thousands. The log itself handles a click on the number. */
export const LogLineRow = memo(function LogLineRow({ line, clock, needle, marked, hit }: Props) {
  return (
    <div id={`L${line.seq}`} className={`log-line log-${line.level} ${marked ? 'log-marked' : ''} ${hit ? 'log-hit' : ''}`}>
      <a className="log-number" href={`#L${line.seq}`}>
        {line.seq}
      </a>
      <span className="log-time">{clock}</span>
      <span className="log-level">{line.level === 'output' ? '' : line.level}</span>
      <span className="log-text">{needle ? <Marked text={withoutAnsi(line.text)} needle={needle} /> : coloured(line.text)}</span>
    </div>
  );
});

function coloured(text: string) {
  if (!text.includes('\u001b')) return text;
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
