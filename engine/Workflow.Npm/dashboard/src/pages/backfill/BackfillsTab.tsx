import { useState } from 'react';
import { type ApiError, put } from '../../api/client';
import type { Backfill } from '../../api/types';
import { Answered } from '../../components/Answered';
import { Confirm } from '../../components/Dialog';
import { Icon } from '../../components/Icon';
import { Empty } from '../../components/Messages';
import { Pager } from '../../components/Pager';
import { StateBadge } from '../../components/StateBadge';
import { Table } from '../../components/Table';
import { Time } from '../../components/Time';
import { plural } from '../../lib/format';
import { say } from '../../state/toasts';
import { useApi } from '../../state/useApi';
import { useParam } from '../../state/useParam';
import { useDag } from '../dag/DagPage';
import { BackfillDates } from './BackfillDates';
import { BackfillForm } from './BackfillForm';
import { Day } from './Day';
import { Progress } from './Progress';

const PAGE = 25;
const COLUMNS = ['Backfill', 'State', 'Progress', 'Reprocesses', { text: 'Runs at once', className: 'right' }, 'Created', 'Change'];

/** The backfills of a DAG, newest first, and the dates of the one that is chosen. */
export function BackfillsTab() {
  const dag = useDag();
  const [chosen, choose] = useParam('backfill');
  const [offset, setOffset] = useParam('offset');
  const [creating, setCreating] = useParam('new');
  const [cancelling, setCancelling] = useState<Backfill>();
  const from = Number(offset ?? 0);
  const answer = useApi('/api/v2/backfills', { query: { dag_id: dag.dag_id, limit: PAGE, offset: from } }, { dag_id: dag.dag_id });

  const order = async (backfill: Backfill, act: 'pause' | 'unpause' | 'cancel', done: string, undo?: 'pause' | 'unpause') => {
    try {
      await put(`/api/v2/backfills/{backfill_id}/${act}`, { path: { backfill_id: backfill.id } });
      say(`Backfill ${backfill.id} ${done}.`, undo && (() => void order(backfill, undo, undo === 'pause' ? 'is paused' : 'goes on')));
      answer.refresh();
    } catch (error) {
      say(`Backfill ${backfill.id}: ${(error as ApiError).message}`);
    }
  };

  return (
    <>
      <div className="toolbar">
        <button type="button" className="button-main" disabled={!dag.timetable_summary} onClick={() => setCreating('1')}>
          <Icon name="plus" /> Create a backfill
        </button>
        {!dag.timetable_summary && <span className="muted">This DAG has no schedule, so there are no dates to fill.</span>}
      </div>
      <Answered answer={answer} what="The list of backfills">
        {({ backfills, total_entries: total }) =>
          backfills.length === 0 ? (
            <Empty title="No backfill yet">
              <p>A backfill runs this DAG for dates of its schedule that have passed, some at a time, beside its scheduled runs.</p>
            </Empty>
          ) : (
            <>
              <Table label="Backfills" columns={COLUMNS}>
                {backfills.map((backfill) => (
                  <tr
                    key={backfill.id}
                    data-testid={`backfill-${backfill.id}`}
                    className={`row-link ${String(backfill.id) === chosen ? 'row-selected' : ''}`}
                    onClick={() => choose(String(backfill.id) === chosen ? null : String(backfill.id))}
                  >
                    <td>
                      <button type="button" className="link strong">
                        {backfill.id}
                      </button>{' '}
                      <Day value={backfill.from_date} /> – <Day value={backfill.to_date} />
                    </td>
                    <td className="wide">
                      <StateBadge state={backfill.state} />
                      {backfill.message && <div className="muted">{backfill.message}</div>}
                    </td>
                    <td>
                      <Progress of={backfill} />
                    </td>
                    <td>
                      {backfill.reprocess_behavior}
                      {backfill.run_backwards && ', newest first'}
                    </td>
                    <td className="right number">{backfill.max_active_runs}</td>
                    <td>
                      <Time value={backfill.created_at} /> by {backfill.created_by}
                    </td>
                    <td onClick={(event) => event.stopPropagation()}>
                      <Orders backfill={backfill} order={(...all) => void order(...all)} onCancel={() => setCancelling(backfill)} />
                    </td>
                  </tr>
                ))}
              </Table>
              <Pager from={from} page={PAGE} total={total} onMove={(to) => setOffset(to > 0 ? String(to) : null)} />
            </>
          )
        }
      </Answered>
      {chosen && <BackfillDates key={chosen} id={Number(chosen)} dagId={dag.dag_id} />}
      {creating && <BackfillForm dag={dag} onDone={answer.refresh} onClose={() => setCreating(null)} />}
      {cancelling && (
        <Confirm
          title={`Cancel backfill ${cancelling.id}?`}
          action="Cancel the backfill"
          onConfirm={() => void order(cancelling, 'cancel', 'is cancelled')}
          onClose={() => setCancelling(undefined)}
        >
          <p>
            {plural(cancelling.progress?.outcomes.pending ?? 0, 'date')} will not have their turn; runs that run go on. This cannot be undone, but the same
            range can be filled by another backfill.
          </p>
        </Confirm>
      )}
    </>
  );
}

interface OrdersProps {
  backfill: Backfill;
  order: (backfill: Backfill, act: 'pause' | 'unpause', done: string, undo?: 'pause' | 'unpause') => void;
  onCancel: () => void;
}

function Orders({ backfill, order, onCancel }: OrdersProps) {
  if (backfill.state === 'completed' || backfill.state === 'cancelled') return <span className="muted">–</span>;
  return (
    <span className="row">
      {backfill.state === 'paused' ? (
        <button type="button" onClick={() => order(backfill, 'unpause', 'goes on', 'pause')}>
          Resume
        </button>
      ) : (
        <button type="button" onClick={() => order(backfill, 'pause', 'is paused', 'unpause')}>
          Pause
        </button>
      )}
      <button type="button" className="button-danger" onClick={onCancel}>
        Cancel
      </button>
    </span>
  );
}
