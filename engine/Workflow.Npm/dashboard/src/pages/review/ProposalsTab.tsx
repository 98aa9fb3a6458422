import { useState } from 'react';
import { Link } from 'react-router';
import { type ApiError, post } from '../../api/client';
import type { Proposal } from '../../api/types';
import { Answered } from '../../components/Answered';
import { Confirm } from '../../components/Dialog';
import { Command, Empty } from '../../components/Messages';
import { Pager } from '../../components/Pager';
import { StateBadge } from '../../components/StateBadge';
import { Table } from '../../components/Table';
import { Time } from '../../components/Time';
import { metric, plain } from '../../lib/format';
import { links } from '../../lib/links';
import { PROPOSAL_STATES } from '../../lib/states';
import { changed } from '../../state/live';
import { say } from '../../state/toasts';
import { useApi } from '../../state/useApi';
import { useParam } from '../../state/useParam';
import { SuggestForm } from './SuggestForm';

const STATES = ['proposed', 'accepted', 'rejected', 'withdrawn', 'all'];
const PAGE = 50;
const OF_STATE = ['offset'];
const COLUMNS = ['Check', 'Limits', 'Evidence', 'Dataset', 'Gate', 'Suggested', 'Decided', 'Acts'];

/** Checks that history suggests: a person accepts or rejects each. */
export function ProposalsTab() {
  const [state, setState] = useParam('state', OF_STATE);
  const [dataset, setDataset] = useParam('dataset', OF_STATE);
  const [offset, setOffset] = useParam('offset');
  const from = Number(offset ?? 0);
  const shown = STATES.find((each) => each === state) ?? 'proposed';
  const query = { state: shown === 'all' ? undefined : shown, dataset: dataset ?? undefined, limit: PAGE, offset: from };
  const answer = useApi('/api/v2/proposals', { query });
  return (
    <>
      <div className="toolbar">
        <div className="filters" role="group" aria-label="State">
          {STATES.map((each) => (
            <button key={each} type="button" aria-pressed={each === shown} onClick={() => setState(each === 'proposed' ? null : each)}>
              {each === 'all' ? 'All' : <StateBadge look={PROPOSAL_STATES[each]!} />}
            </button>
          ))}
        </div>
        {dataset && (
          <button type="button" aria-pressed title="Show those of all datasets" onClick={() => setDataset(null)}>
            Only {dataset}
          </button>
        )}
        <span className="spring" />
        <SuggestForm dataset={dataset ?? ''} />
      </div>
      <Answered answer={answer} what="The suggested checks">
        {({ proposals, total_entries }) =>
          proposals.length === 0 ? (
            <None state={shown} />
          ) : (
            <>
              <Table label="Suggested checks" columns={COLUMNS}>
                {proposals.map((proposal) => (
                  <Row key={proposal.proposal_id} of={proposal} />
                ))}
              </Table>
              <Pager from={from} page={PAGE} total={total_entries} onMove={(to) => setOffset(to > 0 ? String(to) : null)} />
            </>
          )
        }
      </Answered>
    </>
  );
}

function Row({ of }: { of: Proposal }) {
  const { kind, column } = of.check;
  return (
    <tr data-testid={`proposal-${of.proposal_id}`}>
      <td>
        <span className="strong">{plain(kind)}</span> {column != null && <code>{plain(column)}</code>}
      </td>
      <td className="threshold">{limits(of.check)}</td>
      <td className="wide">{of.evidence}</td>
      <td>
        <Link to={links.dataset(of.dataset)}>{of.dataset}</Link>
      </td>
      <td>{of.gate ?? <span className="muted">all that learn</span>}</td>
      <td>
        <Time value={of.proposed_at} /> <span className="muted">by {of.proposed_by}</span>
      </td>
      <td>
        {of.state === 'proposed' ? (
          <span className="muted">–</span>
        ) : (
          <>
            <StateBadge look={PROPOSAL_STATES[of.state]!} /> <span className="muted">by {of.withdrawn_by ?? of.decided_by}</span>
          </>
        )}
      </td>
      <td>
        <Acts of={of} />
      </td>
    </tr>
  );
}

function limits(check: Proposal['check']): string {
  const said = [
    check.minimum != null && `at least ${plain(check.minimum)}`,
    check.maximum != null && `at most ${plain(check.maximum)}`,
    Array.isArray(check.values) && check.values.join(', '),
    typeof check.mostly === 'number' && check.mostly < 1 && `for ${metric(check.mostly * 100)} % of the values`,
  ].filter((each) => each !== false);
  return said.join(', ') || '–';
}

/** Accepting can be withdrawn; a rejection stays, so it asks first. */
function Acts({ of }: { of: Proposal }) {
  const [asks, setAsks] = useState(false);
  const path = { proposal_id: of.proposal_id };
  const name = `${plain(of.check.kind)} ${of.check.column == null ? '' : plain(of.check.column)}`.trim();
  const decide = async (act: 'accept' | 'reject', done: string) => {
    try {
      if (act === 'accept') await post('/api/v2/proposals/{proposal_id}/accept', { path, body: {} });
      else await post('/api/v2/proposals/{proposal_id}/reject', { path, body: {} });
      say(`${name} of ${of.dataset} ${done}.`);
      changed();
    } catch (error) {
      say(`${name} of ${of.dataset}: ${(error as ApiError).message}`);
    }
  };
  if (of.state === 'accepted') {
    return (
      <span className="row acts">
        <button type="button" onClick={() => setAsks(true)}>
          Withdraw
        </button>
        {asks && (
          <Ask word="Withdraw" name={name} of={of} onConfirm={() => void decide('reject', 'is withdrawn')} onClose={() => setAsks(false)} />
        )}
      </span>
    );
  }
  if (of.state !== 'proposed') return null;
  return (
    <span className="row acts">
      <button type="button" onClick={() => void decide('accept', 'holds from now on')} data-testid="accept">
        Accept
      </button>
      <button type="button" onClick={() => setAsks(true)} data-testid="reject">
        Reject
      </button>
      {asks && (
        <Ask word="Reject" name={name} of={of} onConfirm={() => void decide('reject', 'is rejected')} onClose={() => setAsks(false)} />
      )}
    </span>
  );
}

interface AskProps {
  word: string;
  name: string;
  of: Proposal;
  onConfirm: () => void;
  onClose: () => void;
}

function Ask({ word, name, of, onConfirm, onClose }: AskProps) {
  return (
    <Confirm title={`${word} ${name} of ${of.dataset}?`} action={word} onConfirm={onConfirm} onClose={onClose}>
      <p>{of.evidence}</p>
      <p className="muted">It is not suggested again from the same versions. That cannot be taken back.</p>
    </Confirm>
  );
}

function None({ state }: { state: string }) {
  if (state !== 'proposed' && state !== 'all') return <p className="muted">No check was {state}.</p>;
  return (
    <Empty title="No check is suggested">
      <p>
        From past versions of a dataset the engine learns which checks they would all have passed. Those that a person accepts hold from the
        next run on, at the gates that say <code>.Learnt()</code>.
      </p>
      <Command text="workflow gates suggest DATASET" />
    </Empty>
  );
}
