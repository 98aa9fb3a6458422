export interface Span {
  text: string;
  /** Classes of the colours and weight that the console asked for. */
  className: string;
}

const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
const ESCAPE = /\u001b\[([\d;]*)([A-Za-z])/g;

/** Splits a console line into coloured spans; escapes other than colours are dropped. */
export function ansiSpans(text: string): Span[] {
  const spans: Span[] = [];
  let className = '';
  let from = 0;
  for (const match of text.matchAll(ESCAPE)) {
    if (match.index > from) spans.push({ text: text.slice(from, match.index), className });
    if (match[2] === 'm') className = (match[1] ?? '').split(';').reduce(applyCode, className);
    from = match.index + match[0].length;
  }
  if (from < text.length || spans.length === 0) spans.push({ text: text.slice(from), className });
  return spans;
}

export function withoutAnsi(text: string): string {
  return text.replace(ESCAPE, '');
}

function applyCode(className: string, code: string): string {
  const number = Number(code);
  const kept = className.split(' ').filter((name) => name && (number !== 39 || name === 'ansi-bold'));
  if (number === 0) return '';
  if (number === 1) return [...kept, 'ansi-bold'].join(' ');
  const colour = COLOURS[number >= 90 ? number - 90 : number - 30];
  return colour ? [...kept.filter((name) => name === 'ansi-bold'), `ansi-${colour}`].join(' ') : kept.join(' ');
}
