import { useEffect, useEffectEvent } from 'react';
import type { GraphTask, TaskInstance } from '../../api/types';
import { LogView } from '../../components/LogView';
import { Fact } from '../../components/Page';
import { StateBadge } from '../../components/StateBadge';
import { Duration, ExactTime } from '../../components/Time';
import { STATES, shownState } from '../../lib/states';
import { useApi } from '../../state/useApi';
import { useParam } from '../../state/useParam';
import { Attempts } from './Attempts';
import { AttemptValues } from './AttemptValues';
import { Elements } from './Elements';
import { GateEvidence } from './GateEvidence';
import type { RunPath } from './RunPath';
import { TaskActions } from './TaskActions';
import { WhyBox } from './WhyBox';

interface Props {
  run: RunPath;
  /** The task, or a mapped task as a whole. */
  whole: TaskInstance;
  task: GraphTask | undefined;
  onSelect: (taskId: string | null) => void;
  onChange: () => void;
}

const OF_ELEMENT = ['try', 'find', 'level', 'panel', 'column'];
const OF_PANEL = ['column'];
const VIEWS = [
  { name: 'evidence', word: 'What it found' },
  { name: 'log', word: 'Log' },
  { name: 'values', word: 'Inputs and output' },
];

/** The selected task beside the run, so that the list stays: why, acts, attempts, log, values; of a mapped one its elements. */
export function TaskPanel({ run, whole, task, onSelect, onChange }: Props) {
  const [map, setMap] = useParam('map', OF_ELEMENT);
  const isMapped = whole.mapped !== null || (task?.mapped_by != null && task.kind !== 'expand');
  const mapIndex = isMapped && map !== null ? Number(map) : null;
  const element = useApi(
    '/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/{map_index}',
    mapIndex === null ? null : { path: { ...run, task_id: whole.task_id, map_index: mapIndex } },
    run,
  );
  const instance = mapIndex === null ? whole : element.data;

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== 'Escape' || (event.target as HTMLElement).closest('input, dialog')) return;
    if (mapIndex === null) onSelect(null);
    else setMap(null);
  });
  useEffect(() => {
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);

  return (
    <aside className="panel" aria-label={`Task ${whole.task_id}`} data-testid="task-panel">
      <header className="panel-head">
        <h2>
          {whole.task_id}
          {mapIndex !== null && ` [${mapIndex}]`}
        </h2>
        {instance && <StateBadge state={shownState(instance)} large testId="task-state" />}
        <span className="spring" />
        <button type="button" onClick={() => onSelect(null)} title="Close ( Esc )">
          Close
        </button>
      </header>
      {mapIndex !== null && (
        <p>
          <button type="button" className="link" onClick={() => setMap(null)}>
            All elements of {whole.task_id}
          </button>
        </p>
      )}
      {instance && (
        <>
          <WhyBox run={run} instance={instance} onSelect={onSelect} />
          <TaskActions
            run={run}
            instance={instance}
            onDone={() => {
              onChange();
              element.refresh();
            }}
          />
          {isMapped && mapIndex === null ? (
            <Elements run={run} whole={whole} onSelect={(index) => setMap(String(index))} />
          ) : (
            <AttemptsAndLog key={instance.map_index} run={run} instance={instance} pool={task?.pool} />
          )}
        </>
      )}
      {element.error && mapIndex !== null && <p className="problem">{element.error.message}</p>}
    </aside>
  );
}

interface AttemptsProps {
  run: RunPath;
  instance: TaskInstance;
  pool: string | undefined;
}

function AttemptsAndLog({ run, instance, pool }: AttemptsProps) {
  const [chosen, choose] = useParam('try');
  const [asked, setView] = useParam('panel', OF_PANEL);
  const { task_id, map_index } = instance;
  const path = { ...run, task_id };
  const answer = useApi('/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/tries', { path, query: { map_index } }, run);
  const gates = useApi('/api/v2/gates', { query: { dag_id: run.dag_id, run_id: run.dag_run_id, task_id, map_index } }, run);
  const tries = answer.data?.tries ?? [];
  const attempt = tries.find(({ try_number }) => String(try_number) === chosen) ?? tries.at(-1);
  if (!attempt) return <p className="muted">No attempt has started, so there is no log.</p>;
  const one = { ...path, map_index, try_number: attempt.try_number };
  const gate = gates.data?.gates.find((each) => each.try_number === attempt.try_number);
  // Of a gate, what it found is the answer; of any other task, what it said.
  const first = gate ? 'evidence' : 'log';
  const view = VIEWS.find(({ name }) => name === asked)?.name ?? first;
  return (
    <>
      {tries.length > 1 && <Attempts tries={tries} shown={attempt} onChoose={choose} />}
      <dl className="facts">
        <Fact name="Started">
          <ExactTime value={attempt.start_date} />
        </Fact>
        <Fact name="Took">
          <Duration of={attempt} />
        </Fact>
        <Fact name="Worker">{attempt.hostname ?? '–'}</Fact>
        <Fact name="Queue">{instance.queue}</Fact>
        {pool && <Fact name="Pool">{pool}</Fact>}
      </dl>
      {attempt.message && attempt.message !== instance.message && (
        <p className={`why why-${STATES[attempt.state].look}`}>{attempt.message}</p>
      )}
      <div className="filters" role="group" aria-label="View">
        {VIEWS.filter(({ name }) => gate || name !== 'evidence').map(({ name, word }) => (
          <button key={name} type="button" aria-pressed={view === name} onClick={() => setView(name === first ? null : name)}>
            {word}
          </button>
        ))}
      </div>
      {view === 'evidence' && gate && <GateEvidence gate={gate} />}
      {view === 'values' && <AttemptValues attempt={one} />}
      {(view === 'log' || (view === 'evidence' && !gate)) && (gates.data || gates.error) && <LogView key={attempt.try_number} attempt={one} />}
    </>
  );
}
