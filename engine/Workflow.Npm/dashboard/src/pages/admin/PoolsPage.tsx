import { useState } from 'react';
import { type ApiError, remove } from '../../api/client';
import type { Pool } from '../../api/types';
import { Answered } from '../../components/Answered';
import { Confirm } from '../../components/Dialog';
import { Icon } from '../../components/Icon';
import { Callout } from '../../components/Messages';
import { Page } from '../../components/Page';
import { Table } from '../../components/Table';
import { count } from '../../lib/format';
import { say } from '../../state/toasts';
import { useApi } from '../../state/useApi';
import { PoolForm } from './PoolForm';

const RIGHT = ['Slots', 'Used', 'Running', 'Free', 'Waiting'].map((text) => ({ text, className: 'right' }));

/** Pools: slots that tasks share, how many are taken and how many are waited for. */
export function PoolsPage() {
  const answer = useApi('/api/v2/pools', {});
  const [editing, setEditing] = useState<Pool | 'new'>();
  const [deleting, setDeleting] = useState<Pool>();
  const [refused, setRefused] = useState<{ pool: string; error: ApiError }>();

  const erase = async (pool: Pool) => {
    setRefused(undefined);
    try {
      await remove('/api/v2/pools/{pool_name}', { path: { pool_name: pool.name } });
      say(`Pool ${pool.name} is deleted.`);
      answer.refresh();
    } catch (error) {
      setRefused({ pool: pool.name, error: error as ApiError });
    }
  };

  return (
    <Page
      title="Pools"
      actions={
        <button type="button" className="button-main" onClick={() => setEditing('new')}>
          <Icon name="plus" /> Add a pool
        </button>
      }
    >
      <p className="muted">A task takes slots of its pool while it runs; where none is free it waits, the most urgent first.</p>
      {refused && (
        <Callout kind="failed" title={`Pool ${refused.pool} was not deleted.`}>
          <p>{refused.error.message}</p>
        </Callout>
      )}
      <Answered answer={answer} what="The list of pools">
        {({ pools }) => (
          <Table label="Pools" columns={['Pool', ...RIGHT, 'In use', 'Meaning', 'Change']}>
            {pools.map((pool) => (
              <tr key={pool.name} data-testid={`pool-${pool.name}`}>
                <td className="strong">{pool.name}</td>
                <td className="right number">{pool.slots < 0 ? 'no limit' : count(pool.slots)}</td>
                <td className="right number">{count(pool.occupied_slots)}</td>
                <td className="right number">{count(pool.running_slots)}</td>
                <td className="right number">{pool.open_slots == null ? '–' : count(pool.open_slots)}</td>
                <td className="right number">{count(pool.queued_slots)}</td>
                <td>{pool.slots > 0 && <meter aria-label="In use" min={0} max={pool.slots} value={Math.min(pool.occupied_slots, pool.slots)} />}</td>
                <td className="wide">{pool.description}</td>
                <td>
                  <span className="row">
                    <button type="button" onClick={() => setEditing(pool)}>
                      Edit
                    </button>
                    <button type="button" className="button-danger" onClick={() => setDeleting(pool)}>
                      Delete
                    </button>
                  </span>
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Answered>
      {editing && (
        <PoolForm pool={editing === 'new' ? undefined : editing} onDone={answer.refresh} onClose={() => setEditing(undefined)} />
      )}
      {deleting && (
        <Confirm
          title={`Delete pool ${deleting.name}?`}
          action="Delete the pool"
          onConfirm={() => void erase(deleting)}
          onClose={() => setDeleting(undefined)}
        >
          <p>Its limit of {deleting.slots < 0 ? 'no' : count(deleting.slots)} slots goes with it. A pool that tasks are in is not deleted.</p>
        </Confirm>
      )}
    </Page>
  );
}
