import type { TaskInstance, TaskState } from '../../api/types';
import { Answered } from '../../components/Answered';
import { Pager } from '../../components/Pager';
import { StateBadge } from '../../components/StateBadge';
import { Table } from '../../components/Table';
import { Duration } from '../../components/Time';
import { count } from '../../lib/format';
import { STATE_ORDER } from '../../lib/states';
import { useApi } from '../../state/useApi';
import { useParam } from '../../state/useParam';
import type { RunPath } from './RunPath';

const PAGE = 100;
const OF_STATE = ['from'];

interface Props {
  run: RunPath;
  whole: TaskInstance;
  onSelect: (mapIndex: number) => void;
}

/** The elements of a mapped task, a page at a time, narrowed by state. */
export function Elements({ run, whole, onSelect }: Props) {
  const [chosen, choose] = useParam('elements', OF_STATE);
  const [offset, setOffset] = useParam('from');
  const counts = whole.mapped_states ?? {};
  const state = STATE_ORDER.find((name) => name === chosen);
  const from = Number(offset ?? 0);
  const answer = useApi(
    '/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/listMapped',
    { path: { ...run, task_id: whole.task_id }, query: { limit: PAGE, offset: from, state } },
    run,
  );
  if (whole.mapped === null) return <p className="muted">It has no elements yet: what it is mapped over is not there.</p>;
  return (
    <>
      <div className="filters" role="group" aria-label="State of the elements">
        <button type="button" aria-pressed={!state} onClick={() => choose(null)}>
          All <span className="muted number">{count(whole.mapped ?? 0)}</span>
        </button>
        {STATE_ORDER.filter((name) => counts[name]).map((name: TaskState) => (
          <button key={name} type="button" aria-pressed={name === state} onClick={() => choose(name)}>
            <StateBadge state={name} /> <span className="muted number">{count(counts[name]!)}</span>
          </button>
        ))}
      </div>
      <Answered answer={answer} what="The elements">
        {({ task_instances: elements, total_entries: total }) =>
          elements.length === 0 ? (
            <p className="muted">{state ? 'No element is in this state.' : 'The list that it is mapped over was empty.'}</p>
          ) : (
            <>
              <Table
                label="Elements"
                columns={[{ text: 'Element', className: 'right' }, 'State', 'Why', { text: 'Duration', className: 'right' }, { text: 'Attempt', className: 'right' }]}
              >
                {elements.map((element) => (
                  <tr
                    key={element.map_index}
                    className="row-link"
                    data-testid={`element-${element.map_index}`}
                    onClick={() => onSelect(element.map_index)}
                  >
                    <td className="right">
                      <button type="button" className="link strong number">
                        [{element.map_index}]
                      </button>
                    </td>
                    <td>
                      <StateBadge state={element.state} />
                    </td>
                    <td className="wide">
                      <div className="two-lines" title={element.message ?? undefined}>
                        {element.message}
                      </div>
                    </td>
                    <td className="right">
                      <Duration of={element} />
                    </td>
                    <td className="right number">{element.try_number > 0 ? `${element.try_number}/${element.max_tries}` : '–'}</td>
                  </tr>
                ))}
              </Table>
              <Pager from={from} page={PAGE} total={total} words={['Lower', 'Higher']} onMove={(to) => setOffset(to > 0 ? String(to) : null)} />
            </>
          )
        }
      </Answered>
    </>
  );
}
