import { type MouseEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useLocation, useNavigate } from 'react-router';
import type { LogLine, LogLevel } from '../api/types';
import { withoutAnsi } from '../lib/ansi';
import { clock, plural } from '../lib/format';
import { prefer, usePreferences } from '../state/preferences';
import { type Attempt, useLog } from '../state/useLog';
import { useLogWindow } from '../state/useLogWindow';
import { useParam } from '../state/useParam';
import { Icon } from './Icon';
import { LogLineRow } from './LogLineRow';
import { Failure } from './Messages';

const SHOWN: Record<string, LogLevel[]> = { warn: ['warn', 'error'], error: ['error'] };

/** An attempt's log: level filter, search, wrap, links to lines, and following that stops when one scrolls up. */
export function LogView({ attempt }: { attempt: Attempt }) {
  const log = useLog(attempt);
  const { wrapLog, zone } = usePreferences();
  const [level, setLevel] = useParam('level');
  const [query, setQuery] = useParam('find');
  const [match, setMatch] = useState(0);
  const { search, hash } = useLocation();
  const navigate = useNavigate();
  const box = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(hash === '');

  const lines = useMemo(() => {
    const levels = level && SHOWN[level];
    return levels ? log.lines.filter((line) => levels.includes(line.level)) : log.lines;
  }, [log.lines, level]);
  const needle = (query ?? '').toLowerCase();
  const hits = useMemo(
    () => (needle ? lines.filter((line) => withoutAnsi(line.text).toLowerCase().includes(needle)) : []),
    [lines, needle],
  );
  const hit = hits[match % Math.max(1, hits.length)];

  // A finished log opens at its first error, unless the address names a line.
  const firstError = log.complete ? log.lines.find((line) => line.level === 'error')?.seq : undefined;
  const focus = hit?.seq ?? (hash ? Number(hash.slice(2)) : firstError);
  const { shown, earlier, later, showEarlier, showLater } = useLogWindow(lines, focus);

  useEffect(() => {
    if (focus === undefined) return;
    setFollowing(false);
    scrollTo(box.current, `L${focus}`);
  }, [focus, log.complete]);

  useLayoutEffect(() => {
    if (following && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines, following]);

  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current!;
    setFollowing(scrollHeight - scrollTop - clientHeight < 8);
  };

  // The browser's own jump to a line would scroll the page too.
  const openLine = (event: MouseEvent) => {
    const number = (event.target as Element).closest('a.log-number');
    if (!number || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void navigate({ search, hash: number.getAttribute('href')! }, { replace: true });
  };

  return (
    <div className="log">
      <div className="log-tools">
        <select aria-label="Level" value={level ?? ''} onChange={(event) => setLevel(event.target.value || null)}>
          <option value="">all levels</option>
          <option value="warn">warnings and errors</option>
          <option value="error">errors</option>
        </select>
        <input
          type="search"
          aria-label="Search the log"
          placeholder="Search"
          value={query ?? ''}
          onChange={(event) => {
            setMatch(0);
            setQuery(event.target.value || null);
          }}
          onKeyDown={(event) => event.key === 'Enter' && setMatch(match + (event.shiftKey ? hits.length - 1 : 1))}
        />
        {query && (
          <span className="muted number" role="status">
            {hits.length === 0 ? 'no match' : `${(match % hits.length) + 1} of ${hits.length}`}
          </span>
        )}
        <span className="spring" />
        <button type="button" aria-pressed={wrapLog} onClick={() => prefer({ wrapLog: !wrapLog })}>
          Wrap
        </button>
        {!log.complete && (
          <button type="button" aria-pressed={following} onClick={() => setFollowing(!following)}>
            Follow
          </button>
        )}
        <button type="button" className="button-icon" title="Download" aria-label="Download" onClick={() => download(attempt, log.lines)}>
          <Icon name="download" />
        </button>
      </div>
      {log.error && <Failure what="The log could not be read." error={log.error} />}
      <div
        ref={box}
        className={`log-lines ${wrapLog ? 'log-wrap' : ''}`}
        data-testid="log-lines"
        onScroll={onScroll}
        onClick={openLine}
        tabIndex={0}
        role="log"
        aria-label="Log"
      >
        {earlier > 0 && <MoreLines count={earlier} where="earlier" onClick={showEarlier} />}
        {shown.map((line) => (
          <LogLineRow
            key={line.seq}
            line={line}
            clock={clock(new Date(line.time), zone)}
            needle={needle}
            marked={hash === `#L${line.seq}`}
            hit={hit === line}
          />
        ))}
        {later > 0 && <MoreLines count={later} where="later" onClick={showLater} />}
        {lines.length === 0 && <p className="muted">{emptyText(log.complete, log.lines.length)}</p>}
      </div>
    </div>
  );
}

function MoreLines({ count, where, onClick }: { count: number; where: string; onClick: () => void }) {
  return (
    <button type="button" className="link log-more" onClick={onClick}>
      {plural(count, `${where} line`)}
    </button>
  );
}

/** Brings a line into the middle of the log; the page itself stays where it is. */
function scrollTo(box: HTMLElement | null, id: string): void {
  const line = document.getElementById(id);
  if (!box || !line) return;
  box.scrollTop += line.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 2;
}

function emptyText(complete: boolean, all: number): string {
  if (all > 0) return 'No line of this level.';
  return complete ? 'The attempt wrote nothing.' : 'Nothing yet. Lines appear here as the attempt writes them.';
}

function download(attempt: Attempt, lines: LogLine[]): void {
  const text = lines.map((line) => `${line.time} ${line.level.padEnd(6)} ${withoutAnsi(line.text)}\n`).join('');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  link.download = `${attempt.dag_id}.${attempt.dag_run_id}.${attempt.task_id}${attempt.map_index >= 0 ? `.${attempt.map_index}` : ''}.${attempt.try_number}.log`.replace(/[^\w.+-]/g, '_');
  link.click();
  URL.revokeObjectURL(link.href);
}
